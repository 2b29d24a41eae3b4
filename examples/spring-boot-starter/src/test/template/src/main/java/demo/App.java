package demo;

import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.TenantSignUp;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.*;

@SpringBootApplication
@RestController
public class App {
    private final TenantSignUp signUp;
    private final JdbcClient jdbc;

    App(TenantSignUp signUp, JdbcClient jdbc) { this.signUp = signUp; this.jdbc = jdbc; }

    @PostMapping("/register/{name}")
    @Transactional
    public String register(@PathVariable("name") String name) {
        String schema = signUp.createTenant(TenantName.forUser(name)).schema();
        jdbc.sql("INSERT INTO public.users VALUES (?, ?)").params(name, schema).update();
        return schema;
    }

    @GetMapping("/vendors")
    public java.util.List<String> vendors() {
        return jdbc.sql("SELECT name FROM vendor").query(String.class).list();
    }

    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }
}
