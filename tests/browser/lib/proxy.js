// The way between the browser and the server: every answer is seen here, also those no page asked for (a favicon), and
// nobody but the server is reached.
import http from 'node:http';

export class Proxy {
  #origin;
  #seen;
  #refused;
  #server = http.createServer((request, answer) => this.#forward(request, answer));
  #agent = new http.Agent({ keepAlive: true });

  /** `seen` is told of each answer of `origin`, `refused` of each request to anybody else. */
  constructor(origin, { seen, refused }) {
    this.#origin = new URL(origin);
    this.#seen = seen;
    this.#refused = refused;
    this.#server.on('connect', (request, socket) => {
      this.#refused(`https://${request.url}`);
      // A browser that is refused may hang up before it has read so.
      socket.on('error', () => {});
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
  }

  /** Listens, and returns the address to give the browser. */
  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #forward(request, answer) {
    const url = new URL(request.url);
    if (url.host !== this.#origin.host) {
      this.#refused(request.url);
      answer.writeHead(403).end();
      return;
    }
    const { 'proxy-connection': _, ...headers } = request.headers;
    const target = { host: url.hostname, port: url.port, method: request.method, path: url.pathname + url.search };
    const onward = http.request({ ...target, headers, agent: this.#agent }, (back) => {
      let bytes = 0;
      const pairs = back.rawHeaders.flatMap((name, at, all) => (at % 2 ? [] : [[name, all[at + 1]]]));
      answer.writeHead(back.statusCode, back.rawHeaders);
      back.on('data', (chunk) => { bytes += chunk.length; });
      back.on('end', () => this.#seen({
        method: request.method, url: request.url, status: back.statusCode, headers: pairs, bytes,
        requested: request.headers,
      }));
      back.pipe(answer);
    });
    onward.on('error', (error) => {
      this.#seen({ method: request.method, url: request.url, status: 0, headers: [], bytes: 0, error: error.message });
      answer.destroy();
    });
    answer.on('close', () => { if (!answer.writableEnded) onward.destroy(); });
    request.pipe(onward);
  }
}
