CREATE TABLE vendor (name text PRIMARY KEY, owner text REFERENCES users (name));
