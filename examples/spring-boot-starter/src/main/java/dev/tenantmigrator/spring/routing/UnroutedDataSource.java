package dev.tenantmigrator.spring.routing;

import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Finds the application's pool, gives it a second name, and has it no longer be the primary {@code DataSource}, which the routed one is.
 * It does so while beans are registered, before conditions of other configurations look for a primary one.
 */
final class UnroutedDataSource implements ImportBeanDefinitionRegistrar {

    static final String ALIAS = "unroutedDataSource";

    UnroutedDataSource() {}

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        List<String> pools = Stream.of(
                        ((ConfigurableListableBeanFactory) registry).getBeanNamesForType(DataSource.class, true, false))
                .filter(name -> !name.equals(TenantRoutingAutoConfiguration.ROUTED))
                .filter(name -> !(registry.getBeanDefinition(name) instanceof AbstractBeanDefinition bean)
                        || bean.isDefaultCandidate())
                .toList();
        List<String> primary = pools.stream()
                .filter(name -> registry.getBeanDefinition(name).isPrimary())
                .toList();
        List<String> candidates = pools.size() == 1 ? pools : primary;
        if (candidates.size() != 1) {
            throw new IllegalStateException(
                    "tenant-migrator.routing.enabled=true, but the DataSource to route is not clear among " + pools
                            + ": mark one of them with @Primary");
        }
        String pool = candidates.get(0);
        registry.getBeanDefinition(pool).setPrimary(false);
        registry.registerAlias(pool, ALIAS);
    }
}
