/** What every implementation of an interface must do: extend the class and give it yours. */
package dev.tenantmigrator.contract;
