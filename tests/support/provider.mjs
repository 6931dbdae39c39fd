// A strict provider of OpenID Connect for browsers: authorization code with PKCE, ES256. What
// tests/it/support/provider.rs is for the server's answers, this is for people's pages.

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

export const CLIENT = "waymark-client";
export const SECRET = "the-clients-secret";

const base64url = (data) => Buffer.from(data).toString("base64url");
const encoded = (value) => base64url(JSON.stringify(value));

/**
 * Starts it on a free port of the loopback. `callback` is the one address it sends people back
 * to; `claims` say who is signed in there.
 */
export async function startProvider(test, { callback, claims }) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const codes = new Map();
  const provider = { refused: [] };

  const idToken = (nonce) => {
    const now = Math.floor(Date.now() / 1000);
    const told = { iss: provider.issuer, aud: CLIENT, nonce, iat: now, exp: now + 300, ...claims };
    const said = `${encoded({ alg: "ES256", typ: "JWT", kid: "one" })}.${encoded(told)}`;
    const signature = sign("sha256", Buffer.from(said), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${said}.${base64url(signature)}`;
  };

  /** Why a request to sign somebody in is wrong, if it is. */
  const wrongIn = (asked) => {
    const say = (key) => asked.get(key) ?? "";
    const checks = {
      response_type: say("response_type") === "code",
      client_id: say("client_id") === CLIENT,
      redirect_uri: say("redirect_uri") === callback,
      scope: say("scope").split(" ").includes("openid"),
      code_challenge_method: say("code_challenge_method") === "S256",
      code_challenge: say("code_challenge").length === 43,
      state: say("state").length >= 22,
      nonce: say("nonce").length >= 22,
    };
    return Object.keys(checks).find((name) => !checks[name]);
  };

  /** The page on which somebody lets Waymark know who they are. */
  const authorize = (asked) => {
    const wrong = wrongIn(asked);
    if (wrong) return [400, { error: "invalid_request", error_description: wrong }];
    const code = base64url(createHash("sha256").update(`${codes.size} ${asked}`).digest());
    codes.set(code, { challenge: asked.get("code_challenge"), nonce: asked.get("nonce") });
    const back = new URL(callback);
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state"));
    const link = back.href.replaceAll("&", "&amp;");
    return [200, `<!doctype html><title>Team ID</title><h1>Team ID</h1><a href="${link}">Go on as ${claims.name}</a>`];
  };

  const token = (headers, said) => {
    const basic = `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString("base64")}`;
    if (headers.authorization !== basic) return [401, { error: "invalid_client" }];
    if (said.get("grant_type") !== "authorization_code") return [400, { error: "unsupported_grant_type" }];
    // Out of the list, whatever comes of it: once.
    const given = codes.get(said.get("code"));
    codes.delete(said.get("code"));
    const verifier = createHash("sha256").update(said.get("code_verifier") ?? "").digest();
    if (!given || said.get("redirect_uri") !== callback || base64url(verifier) !== given.challenge) {
      return [400, { error: "invalid_grant" }];
    }
    return [200, { access_token: "not-used", token_type: "Bearer", expires_in: 300, id_token: idToken(given.nonce) }];
  };

  const metadata = () => ({
    issuer: provider.issuer,
    authorization_endpoint: `${provider.issuer}/authorize`,
    token_endpoint: `${provider.issuer}/token`,
    jwks_uri: `${provider.issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    token_endpoint_auth_methods_supported: ["client_secret_basic"],
    code_challenge_methods_supported: ["S256"],
  });
  const keys = () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "ES256" }] });

  const answer = (request, body) => {
    const { pathname, searchParams } = new URL(request.url, provider.issuer);
    const asked = `${request.method} ${pathname}`;
    if (asked === "GET /.well-known/openid-configuration") return [200, metadata()];
    if (asked === "GET /keys") return [200, keys()];
    if (asked === "GET /authorize") return authorize(searchParams);
    if (asked === "POST /token") return token(request.headers, new URLSearchParams(body));
    return [404, { error: "not_found" }];
  };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const [status, content] = answer(request, Buffer.concat(parts).toString());
    // Browsers ask for an icon, too.
    if (status >= 400 && status !== 404) provider.refused.push(`${request.url}: ${JSON.stringify(content)}`);
    const isPage = typeof content === "string";
    response.writeHead(status, { "content-type": isPage ? "text/html" : "application/json" });
    response.end(isPage ? content : JSON.stringify(content));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  provider.issuer = `http://127.0.0.1:${server.address().port}`;
  test.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return provider;
}

/** A port that nobody listens on now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
