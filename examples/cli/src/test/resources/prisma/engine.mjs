#!/usr/bin/env node
// Prisma's schema engine as Prisma publishes it for WebAssembly, behind the pipe that the command line of Prisma 7 speaks:
// the same engine as a program is downloaded at the first use, which tests do not do.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const directory = new URL('./node_modules/@prisma/schema-engine-wasm/', import.meta.url)
const engineModule = await import(new URL('schema_engine_bg.js', directory))
const bytes = readFileSync(new URL('schema_engine_bg.wasm', directory))
const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engineModule })
engineModule.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()

// A comparison of files asks a database for no more than its version.
const ok = (value) => ({ ok: true, value, map: (f) => ok(f(value)), flatMap: (f) => f(value) })
const answer = {
  columnNames: ['exists', 'version', 'number'],
  columnTypes: [5, 7, 0],
  rows: [[true, 'PostgreSQL 15.0', 150000]],
}
const database = {
  provider: 'postgres',
  adapterName: 'none',
  errorRegistry: { consumeError: () => undefined },
  queryRaw: async () => ok(answer),
  getConnectionInfo: () => ok({ supportsRelationJoins: true }),
  dispose: async () => ok(undefined),
}
const adapter = { ...database, connect: async () => ok(database), connectToShadowDb: async () => ok(database) }
const engine = await engineModule.SchemaEngine.new({ datamodels: undefined }, () => {}, adapter)

const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }))
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (!method) continue
  try {
    const result = await engine[method](params)
    if (result?.stdout) send({ id: id + 1000000, method: 'print', params: { content: result.stdout } })
    send({ id, result: result ?? null })
  } catch (e) {
    const message = String(e.message ?? e)
    send({ id, error: { code: 1, message, data: { is_panic: false, message, error_code: e.code } } })
  }
}
