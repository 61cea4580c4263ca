import type { Redactor } from '../../journal/index.ts';
import type { SandboxSnapshot } from '../../ports/sandbox.ts';

/** The files of a sandbox as they are stored: a secret that a command wrote into one is not in it when it is read again. */
export function filesToKeep(redact: Redactor, files: SandboxSnapshot): SandboxSnapshot {
  if (!redact.hasSecrets()) return files;
  let changed = false;
  const kept = Object.entries(files).map(([path, content]): [string, string] => {
    const text = Buffer.from(content, 'base64').toString('latin1');
    const shown = redact.text(text);
    const name = redact.text(path);
    changed ||= shown !== text || name !== path;
    return [name, shown === text ? content : Buffer.from(shown, 'latin1').toString('base64')];
  });
  return changed ? Object.fromEntries(kept) : files;
}
