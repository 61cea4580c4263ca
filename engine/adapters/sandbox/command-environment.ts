import { Problem } from '../../core/problem.ts';

/** Folders that commands on this machine are found in; nothing of the workspace is among them. */
export const commandPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';

/**
 * The environment that commands on this machine start with, apart from what the spec names: a fixed path, no settings of the machine
 * or of the user that runs other programs (hooks, pagers, editors, prompts).
 */
export const hardenedEnvironment: Readonly<Record<string, string>> = {
  PATH: commandPath,
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'false',
  GIT_SEQUENCE_EDITOR: 'false',
  GIT_ALLOW_PROTOCOL: 'https:ssh:git',
  GIT_CONFIG_COUNT: '7',
  GIT_CONFIG_KEY_0: 'core.hooksPath',
  GIT_CONFIG_VALUE_0: '/dev/null',
  GIT_CONFIG_KEY_1: 'core.fsmonitor',
  GIT_CONFIG_VALUE_1: 'false',
  GIT_CONFIG_KEY_2: 'core.pager',
  GIT_CONFIG_VALUE_2: 'cat',
  GIT_CONFIG_KEY_3: 'core.sshCommand',
  GIT_CONFIG_VALUE_3: 'ssh',
  GIT_CONFIG_KEY_4: 'credential.helper',
  GIT_CONFIG_VALUE_4: '',
  GIT_CONFIG_KEY_5: 'core.attributesFile',
  GIT_CONFIG_VALUE_5: '/dev/null',
  GIT_CONFIG_KEY_6: 'gpg.program',
  GIT_CONFIG_VALUE_6: 'false',
  PAGER: 'cat',
  MANPAGER: 'cat',
  EDITOR: 'false',
  VISUAL: 'false',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONNOUSERSITE: '1',
};

/** Variables that change which program runs, what it loads, or how words are split. */
const reserved = [
  ...[
    /^PATH$/,
    /^IFS$/,
    /^ENV$/,
    /^HOME$/,
    /^SHELL$/,
    /^BASH/,
    /^SHELLOPTS$/,
    /^PS[0-4]$/,
    /^PROMPT_COMMAND$/,
  ],
  ...[
    /^LD_/,
    /^DYLD_/,
    /^GLIBC_/,
    /^MALLOC_/,
    /^GCONV_PATH$/,
    /^GIT_/,
    /^SSH_/,
    /^GPG_/,
    /^PAGER$/,
    /PAGER$/,
  ],
  ...[
    /^EDITOR$/,
    /^VISUAL$/,
    /^BROWSER$/,
    /^LESS/,
    /^NODE_/,
    /^NPM_/i,
    /^PERL/,
    /^PYTHON/,
    /^RUBY/,
    /^JAVA_/,
  ],
  ...[/^JDK_/, /^_JAVA/, /^GEM_/, /^MAKE/, /^GNUMAKEFLAGS$/, /^MFLAGS$/, /^TAR_/, /^ZIPOPT$/, /^UNZIP/],
  ...[
    /^GREP_/,
    /^RIPGREP_/,
    /^CURL_HOME$/,
    /^WGETRC$/,
    /^XDG_CONFIG/,
    /^TMPDIR$/,
    /^CDPATH$/,
    /^GLOBIGNORE$/,
  ],
];

/** Throws Problem `sandbox_denied` that names the variables of a call which a command may not be given. */
export function admitEnvironment(env: Readonly<Record<string, string>>): void {
  const refused = Object.keys(env).filter((name) => !isPlainName(name) || isReserved(name));
  if (refused.length === 0) return;
  const names = refused.map((name) => JSON.stringify(name)).join(', ');
  throw new Problem('sandbox_denied', `environment variables may not be set: ${names}`);
}

/** Whether a variable may be set neither by a call nor by a command line. */
export function isReserved(name: string): boolean {
  return reserved.some((pattern) => pattern.test(name));
}

function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
