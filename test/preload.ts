// After all tests: ends the Postgres that they shared.
import { afterAll } from "bun:test";
import { stopTestServer } from "./postgres";

afterAll(stopTestServer);
