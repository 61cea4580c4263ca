import { armFailpoints } from '../core/failpoint.ts';

/**
 * Arms the failpoints that the environment variable `ENGINE_FAILPOINT` names, once a process: for tests of what survives. Only who
 * starts the process can set it. Throws Problem `invalid_request` for a text that names none.
 */
export function armFromEnvironment(): void {
  const text = process.env['ENGINE_FAILPOINT'];
  if (text === undefined || text === armed) return;
  armed = text;
  armFailpoints(text, {
    kill: () => void process.kill(process.pid, 'SIGKILL'),
    stop: () => void process.kill(process.pid, 'SIGSTOP'),
    delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

let armed: string | undefined;
