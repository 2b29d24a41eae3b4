/** Contract tests of the interfaces. To test an implementation, extend the class and return yours. */
package dev.tenantmigrator.contract;
