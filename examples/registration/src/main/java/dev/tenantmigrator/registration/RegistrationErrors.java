package dev.tenantmigrator.registration;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.registration.SignUp.EmailTakenException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Error responses, in the format of RFC 9457. Messages of the database go to the log only, because they would show
 * strangers the structure of the tenants.
 */
@RestControllerAdvice
class RegistrationErrors extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationErrors.class);

    @ExceptionHandler(EmailTakenException.class)
    ProblemDetail emailTaken() {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "This e-mail address is already registered.");
    }

    @ExceptionHandler
    ProblemDetail tenantNotCreated(TenantMigratorException e) {
        LOG.error("A registration failed and was rolled back", e);
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "The account could not be created. Nothing was stored.");
    }

    @ExceptionHandler
    ProblemDetail noConnection(CannotCreateTransactionException e) {
        LOG.error("A registration got no database connection", e);
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "The service is busy. Nothing was stored. Try again later.");
    }

    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemDetail problem = e.getBody();
        problem.setDetail(e.getFieldErrors().stream()
                .map(error -> error.getField() + " " + error.getDefaultMessage())
                .sorted()
                .collect(Collectors.joining(", ")));
        return new ResponseEntity<>(problem, headers, status);
    }
}
