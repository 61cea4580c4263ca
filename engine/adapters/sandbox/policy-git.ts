import { Problem } from '../../core/problem.ts';
import type { CommandWord } from './policy-words.ts';
import { normalise } from './virtual-path.ts';

/** The simple commands of a line. */
type Commands = readonly { readonly name: CommandWord; readonly args: readonly CommandWord[] }[];

/**
 * Keeps git out of repositories whose own settings run programs: whoever may write files could have written those. What the hardened
 * environment sets anyway (hooks, file monitor, pager, editor, ssh) may stand there. Throws Problem `sandbox_denied` that names the setting.
 * @param place where the line runs.
 * @param readText the text of a file; undefined where there is none.
 */
export async function admitRepositories(
  commands: Commands,
  place: string,
  readText: (path: string) => Promise<string | undefined>,
): Promise<void> {
  const runsGit = commands.some(({ name, args }) => [name, ...args].some(({ text }) => text === 'git'));
  if (!runsGit) return;
  const folders = new Set([place]);
  for (const { name, args } of commands) {
    const [first] = args;
    if (name.text === 'cd') {
      if (first?.text === undefined)
        throw denied('"cd" in a line with git needs a folder that is written out');
      folders.add(below(place, first.text));
    }
    args.forEach(({ text }, index) => {
      const next = args[index + 1]?.text;
      if (text === '-C' && next !== undefined)
        for (const folder of [...folders]) folders.add(below(folder, next));
    });
  }
  for (const folder of folders) await admitRepository(folder, readText);
}

async function admitRepository(
  folder: string,
  readText: (path: string) => Promise<string | undefined>,
): Promise<void> {
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
    const linked = await readText(`${at}/.git`);
    if (linked !== undefined)
      throw denied(`the repository of "${at}" lies elsewhere ("${linked.slice(0, 60).trim()}")`);
    for (const file of ['.git/config', '.git/config.worktree', 'config']) {
      const text = await readText(`${at}/${file}`);
      // A folder can itself be a repository; its files must look like one.
      if (text === undefined || (file === 'config' && (await readText(`${at}/HEAD`)) === undefined)) continue;
      const setting = settingFault(text);
      if (setting !== undefined)
        throw denied(`git is not run here: "${setting}" in "${at}/${file}" can run programs; take it out`);
    }
    if (at === '/') return;
  }
}

const harmless = [
  /^core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|quotepath|abbrev|compression|untrackedcache|preloadindex|longpaths|trustctime|checkstat|commitgraph|multipackindex|sparsecheckout|sparsecheckoutcone)$/,
  // The hardened environment sets these.
  /^core\.(fsmonitor|hookspath|pager|sshcommand|editor|attributesfile)$/,
  /^(sequence\.editor|gpg\.program|credential\.helper)$/,
  /^remote\..*\.(url|fetch|pushurl|push|tagopt|prune|mirror)$/,
  /^branch\..*\.(remote|merge|rebase|description|pushremote)$/,
  /^submodule\..*\.(url|active|branch|ignore)$/,
  /^(user|author|committer)\.(name|email)$/,
  /^(init\.defaultbranch|pull\.(rebase|ff)|push\.(default|followtags|autosetupremote)|fetch\.prune|merge\.(ff|conflictstyle)|rerere\.enabled)$/,
  /^(alias|advice|color|column|status|pager|gc|pack|index|feature|maintenance|log|blame|grep|i18n|rebase|commit)\.(?!.*(command|program|cmd|template|gpgsign))[^.]*$/,
  /^color\..*$/,
  /^diff\.(renames|algorithm|colormoved|mnemonicprefix|noprefix|context|wserrorhighlight|renamelimit)$/,
];

/** The first setting of a configuration that is not known to be harmless, as `section.key`. */
export function settingFault(text: string): string | undefined {
  let section = '';
  for (const written of text.replaceAll('\\\n', ' ').split(/\r?\n/)) {
    let line = written.trim();
    const head = /^\[\s*([A-Za-z0-9.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (head !== null) {
      section = `${(head[1] ?? '').toLowerCase()}${head[2] === undefined ? '' : `.${head[2]}`}`;
      line = line.slice(head[0].length).trim();
    }
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const name = /^[A-Za-z][A-Za-z0-9-]*/.exec(line)?.[0].toLowerCase();
    const setting = `${section}.${name ?? line}`;
    if (name === undefined || !harmless.some((pattern) => pattern.test(setting))) return setting;
  }
  return undefined;
}

function below(folder: string, path: string): string {
  return normalise(path.startsWith('/') ? path : `${folder}/${path}`) ?? '/';
}

function denied(message: string): Problem {
  return new Problem('sandbox_denied', message);
}
