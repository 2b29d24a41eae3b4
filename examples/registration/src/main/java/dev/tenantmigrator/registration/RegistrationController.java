package dev.tenantmigrator.registration;

import dev.tenantmigrator.registration.SignUp.Account;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /register} with {@code {"username": …, "email": …}} answers 201 with the account, or an error: see
 * {@link RegistrationErrors}.
 */
@RestController
class RegistrationController {

    /** PostgreSQL cannot store NUL characters and unpaired surrogates. Other control characters have no place in a name. */
    private static final String STORABLE = "[^\\p{Cc}\\p{Cs}]*";

    private static final String UNSTORABLE = "must not contain control characters";

    /** The request body. */
    record Registration(
            @NotBlank @Size(max = 100) @Pattern(regexp = STORABLE, message = UNSTORABLE)
            String username,

            @NotBlank @Size(max = 254) @Email @Pattern(regexp = STORABLE, message = UNSTORABLE)
            String email) {}

    private final SignUp signUp;

    RegistrationController(SignUp signUp) {
        this.signUp = signUp;
    }

    @PostMapping("/register")
    @ResponseStatus(HttpStatus.CREATED)
    Account register(@Valid @RequestBody Registration registration) {
        return signUp.register(registration.username(), registration.email());
    }
}
