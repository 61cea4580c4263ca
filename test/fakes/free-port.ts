import { createServer } from 'node:net';

/**
 * A port that nobody listens at. It is below those that Linux gives away itself, so that nobody else gets it before it is used, or while
 * it has to stay free. Take it before you ask for another.
 */
export async function freePort(): Promise<number> {
  // Processes that are started one after the other begin far from each other.
  for (let port = 20_000 + ((process.pid * 50) % 10_000); ; port += 1) if (await isFree(port)) return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
