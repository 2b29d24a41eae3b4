import { defineConfig } from 'prisma/config'

// With an adapter Prisma 6 uses the engine that comes with it. A comparison of files asks for no more than the version.
const none = () => { throw new Error('there is no database') }
const answer = {
  columnNames: ['exists', 'version', 'number'],
  columnTypes: [5, 7, 0],
  rows: [[true, 'PostgreSQL 15.0', 150000]],
}
const database = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: async () => answer,
  executeRaw: none,
  executeScript: none,
  startTransaction: none,
  getConnectionInfo: () => ({ supportsRelationJoins: true }),
  dispose: async () => {},
}

export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () => ({ ...database, connect: async () => database, connectToShadowDb: none }),
})
