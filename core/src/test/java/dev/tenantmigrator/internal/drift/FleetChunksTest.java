package dev.tenantmigrator.internal.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A chunk is limited by its tenants and by their relations. */
class FleetChunksTest {

    @Test
    void smallTenantsAreFiftyInAChunk() {
        List<String> schemas = IntStream.range(0, 120).mapToObj(i -> "t" + i).toList();

        List<List<String>> chunks = FleetChunks.chunks(schemas, Map.of());

        assertThat(chunks).extracting(List::size).containsExactly(50, 50, 20);
        assertThat(chunks.stream().flatMap(List::stream)).containsExactlyElementsOf(schemas);
    }

    @Test
    void largeTenantsAreFewerInAChunkAndNoneIsLeftOut() {
        assertThat(FleetChunks.chunks(List.of("a", "b", "c", "d"), Map.of("a", 1_500, "b", 500, "c", 1, "d", 9_000)))
                .containsExactly(List.of("a", "b"), List.of("c"), List.of("d"));
        assertThat(FleetChunks.chunks(List.of(), Map.of())).isEmpty();
    }
}
