package dev.tenantmigrator.registration;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.registration.SignUp.EmailTakenException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What a client is told. What the database said, and in which script, is for the log: it would tell how tenants are built. */
@RestControllerAdvice
class RegistrationErrors {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationErrors.class);

    @ExceptionHandler(EmailTakenException.class)
    ProblemDetail emailTaken() {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "This e-mail address is registered already.");
    }

    @ExceptionHandler
    ProblemDetail tenantNotCreated(TenantMigratorException e) {
        LOG.error("A registration failed, nothing of it was stored", e);
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "The account could not be created. Nothing was stored.");
    }

    @ExceptionHandler
    ProblemDetail noConnection(CannotCreateTransactionException e) {
        LOG.error("A registration got no connection to the database", e);
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "The service is busy. Nothing was stored, try again later.");
    }
}
