// Hocuspocus as its guide sets it up, with SQLite in the file that DATABASE names.

import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const server = new Server({
  address: "127.0.0.1",
  port: 0,
  quiet: true,
  extensions: [new SQLite({ database: process.env.DATABASE })],
});
await server.listen();
console.log(`ready on http://127.0.0.1:${server.address.port}`);
