package dev.tenantmigrator.spring.routing;

import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.AbstractSessionEvent;
import org.hibernate.event.spi.DeleteContext;
import org.hibernate.event.spi.DeleteEvent;
import org.hibernate.event.spi.DeleteEventListener;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.LoadEvent;
import org.hibernate.event.spi.LoadEventListener;
import org.hibernate.event.spi.MergeContext;
import org.hibernate.event.spi.MergeEvent;
import org.hibernate.event.spi.MergeEventListener;
import org.hibernate.event.spi.PersistContext;
import org.hibernate.event.spi.PersistEvent;
import org.hibernate.event.spi.PersistEventListener;
import org.hibernate.integrator.spi.Integrator;

/**
 * Refuses work on a session of one tenant while another one is current, also where Hibernate sends no SQL: an entity that it has in
 * memory, or will write later.
 */
final class CurrentTenantCheck
        implements Integrator, LoadEventListener, PersistEventListener, MergeEventListener, DeleteEventListener {

    private final TenantConnectionProvider tenants;

    CurrentTenantCheck(TenantConnectionProvider tenants) {
        this.tenants = tenants;
    }

    @Override
    public void integrate(Metadata metadata, BootstrapContext bootstrap, SessionFactoryImplementor factory) {
        EventListenerRegistry listeners = factory.getEventListenerRegistry();
        listeners.prependListeners(EventType.LOAD, this);
        listeners.prependListeners(EventType.PERSIST, this);
        listeners.prependListeners(EventType.MERGE, this);
        listeners.prependListeners(EventType.DELETE, this);
    }

    private void check(AbstractSessionEvent event) {
        Object tenant = event.getSession().getTenantIdentifierValue();
        if (tenant != null) {
            tenants.requireCurrent(tenant.toString());
        }
    }

    @Override
    public void onLoad(LoadEvent event, LoadType type) {
        check(event);
    }

    @Override
    public void onPersist(PersistEvent event) {
        check(event);
    }

    @Override
    public void onPersist(PersistEvent event, PersistContext created) {
        check(event);
    }

    @Override
    public void onMerge(MergeEvent event) {
        check(event);
    }

    @Override
    public void onMerge(MergeEvent event, MergeContext copied) {
        check(event);
    }

    @Override
    public void onDelete(DeleteEvent event) {
        check(event);
    }

    @Override
    public void onDelete(DeleteEvent event, DeleteContext deleted) {
        check(event);
    }
}
