import { expect } from 'chai';
import { admitCommand } from '../../../engine/adapters/sandbox/admit-command.ts';
import { Problem } from '../../../engine/core/problem.ts';
import type { CommandRule, Sandbox as SandboxSpec } from '../../../engine/program/sandbox.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

/** `git log` as in a spec: a name, and the arguments it begins with. */
function rule(line: string): CommandRule {
  const [command = '', ...args] = line.split(' ');
  return { command, args: args.length === 0 ? undefined : [...args, '**'] };
}

async function refusalOf(
  command: string,
  allowed: readonly (string | CommandRule)[],
  changes: Partial<SandboxSpec> & { readonly filesAreKept?: boolean } = {},
): Promise<string | undefined> {
  const { filesAreKept = true, ...spec } = changes;
  const commandRules = allowed.map((one) => (typeof one === 'string' ? rule(one) : one));
  try {
    await admitCommand(
      sandboxSpec({
        shell: true,
        write: true,
        commands: commandRules.map((one) => one.command),
        commandRules,
        ...spec,
      }),
      command,
      { filesAreKept },
    );
    return undefined;
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(Problem);
    expect((thrown as Problem).code).to.equal('sandbox_denied');
    return (thrown as Problem).message;
  }
}

/** Commands that a bare name allows, and those that it does not. */
const cases: Readonly<
  Record<string, { readonly runs: readonly string[]; readonly refused: readonly string[] }>
> = {
  git: {
    runs: [
      'git status',
      'git status -sb --porcelain=v1',
      'git --no-pager log --oneline -5',
      'git log -n 3 --format=%H -- src',
      "git log --grep='a b' HEAD~3..HEAD",
      'git diff --stat HEAD',
      'git show HEAD:README.md',
      'git -C sub status',
      'git add -A',
      "git commit -m 'Say --output=x'",
      'git branch -a',
      'git ls-files --others --exclude-standard',
      'git grep -n pattern',
      'git checkout -b topic',
    ],
    refused: [
      "git -c core.sshCommand='touch canary' status",
      "git -c alias.x='!id' x",
      'git -c core.fsmonitor=id status',
      'git -ccore.fsmonitor=id status',
      'git --config-env=core.fsmonitor=X status',
      'git --exec-path=/tmp status',
      'git --git-dir=/tmp/x status',
      'git --work-tree=/ status',
      'git -C /outside status',
      'git -C ../x status',
      'git -p log',
      'git diff --no-index /etc/passwd /dev/null',
      'git diff --ext-diff',
      'git log --ext-diff -p',
      'git show --textconv HEAD',
      'git show --output=f',
      'git show --outp=f',
      'git grep -O id',
      'git grep -Oid x',
      'git grep --open-files-in-pager=id x',
      'git grep --open=id x',
      'git config --global user.name x',
      'git config core.pager id',
      'git fetch',
      'git fetch --upload-pack=id',
      'git push',
      'git clone x',
      'git ls-remote ext::id',
      'git rebase -x id',
      'git bisect run id',
      'git submodule foreach id',
      'git filter-branch --tree-filter id',
      'git archive --exec=id HEAD',
      'git clean -fd',
      'git unknown',
      'git $x',
      'git "$x"',
      'git log "$x"',
      'git log $x',
      'git log *',
      'git commit -F /etc/passwd',
      'git commit --template=x',
      'git blame --contents=/etc/passwd x',
      'git daemon',
      'git',
    ],
  },
  find: {
    runs: ["find . -name '*.ts' -type f", 'find src -maxdepth 2 ! -path "./x" -print0', 'find . -mtime -2'],
    refused: [
      'find . -exec id ";"',
      'find . -execdir id {} +',
      'find . -ok id ";"',
      'find . -fprint f',
      'find . -fprintf f x',
      'find . -fls f',
      'find . -files0-from x',
      'find . "$x"',
      'find $x',
      'find . -newerXY x -unknown',
    ],
  },
  tar: {
    runs: ['tar -tf a.tar', 'tar xzf a.tgz -C out', 'tar -czf out.tgz src', 'tar --list --file=a.tar'],
    refused: [
      'tar --to-command=id -xf a.tar',
      'tar -xf a.tar --checkpoint=1 --checkpoint-action=exec=id',
      'tar -I id -xf a.tar',
      'tar -Iid -xf a.tar',
      'tar --use-compress-program=id -xf a.tar',
      'tar --use-comp=id -xf a.tar',
      'tar -cf host:x src --rsh-command=id',
      'tar -xf host:x',
      'tar -xf /etc/x.tar',
      'tar -xPf a.tar',
      'tar xf a.tar -C /',
      'tar xf a.tar -C ..',
      'tar -xf a.tar -T names',
      'tar -F id -cf a.tar x',
    ],
  },
  rg: {
    runs: ["rg -n 'a|b' src", 'rg --json -g "*.ts" x', 'rg -e -x -- y'],
    refused: ['rg --pre id x', 'rg --pre=id x', 'rg --hostname-bin id x', 'rg -f /etc/shadow', 'rg -z x'],
  },
  grep: {
    runs: [
      "grep -rn 'a' .",
      'grep -A3 -e -x f',
      'grep -- -f f',
      'grep --include="*.ts" -r x .',
      'grep -5 x f',
    ],
    refused: [
      'grep -f /etc/shadow x',
      'grep -f/etc/shadow',
      'grep --file=/etc/shadow',
      'grep --fil=x',
      'grep -rf x .',
    ],
  },
  sed: {
    runs: [
      "sed 's/x/y/g' f",
      "sed -n '1,5p' f",
      "sed -n -e '/a/,/b/{p;q}' f",
      "sed -E 's#(a|b)#\\1#2' f",
      "sed '/^$/d; s/[[:space:]]*$//' f",
      "sed -i.bak 's/x/y/' f",
      "sed '$!d' f",
      "sed 'y/abc/xyz/' f",
      "sed '1a hello; w f' f",
    ],
    refused: [
      "sed 's/x/y/e' f",
      "sed 's/x/y/ge' f",
      "sed 's/x/y/w /tmp/f' f",
      "sed 'w /tmp/f' f",
      "sed '1e id' f",
      "sed 'e' f",
      "sed 'r /etc/passwd' f",
      "sed -n '/x/w f' f",
      "sed 'p;w f' f",
      "sed '{p;e id\n}' f",
      "sed 's/[/]/x/e' f",
      "sed 's/[/]/x/;w f' f",
      "sed 's,a,b,e' f",
      'sed -f script f',
      'sed -e p -f script f',
      "sed --expression='w f' f",
      'sed "$x" f',
      'sed "s/a/$x/" f',
      "sed -n '1!{e id\n}' f",
      "sed 's\nx\ny\ne' f",
      "sed -s -n -z 'W f' f",
      'sed',
    ],
  },
  awk: {
    runs: [
      "awk '{print $1}' f",
      "awk -F: '$3 > 100 {print $1}' f",
      "awk 'BEGIN { x = 1; if (x >= 1 || x < 0) print x }'",
      'awk -v n=2 "NR==2" f',
      'awk \'/a|b/ {n++} END {printf "%d\\n", n}\' f',
    ],
    refused: [
      'awk \'BEGIN{system("id")}\'',
      'awk \'{print > "f"}\' f',
      'awk \'{print >> "f"}\' f',
      'awk \'{print | "id"}\' f',
      'awk \'BEGIN{"id" | getline x}\'',
      'awk \'{print "a;b" > "f"}\' f',
      'awk \'{printf("x") |& "id"}\' f',
      'awk \'@include "x"\'',
      'awk \'BEGIN{f="system"; @f("id")}\'',
      'awk \'BEGIN{1system("id")}\'',
      'awk -f prog f',
      'awk -fprog f',
      'awk -l filefuncs x',
      'awk "$x" f',
    ],
  },
  xargs: { runs: ['xargs', 'xargs -n 1'], refused: ['xargs id', 'xargs -I{} echo {}', 'xargs sh -c x'] },
  'xargs echo': { runs: ['xargs echo', 'xargs echo a'], refused: ['xargs -n1 id', 'xargs id'] },
  env: {
    runs: ['env', 'env A=1'],
    refused: [
      'env id',
      'env A=1 id',
      'env -S "id x"',
      'env PATH=. ls',
      'env -i id',
      'env LD_PRELOAD=x true',
      'env -C / ls',
    ],
  },
  timeout: { runs: [], refused: ['timeout 5 id', 'timeout -k 1 5 id', 'timeout 5 "$x"'] },
  nice: { runs: [], refused: ['nice id', 'nice -n 5 id'] },
  python: {
    runs: ['python build.py --any x', 'python -u sub/run.py', 'python --version'],
    refused: [
      'python -c "import os"',
      'python -cx',
      'python -m http.server',
      'python',
      'python -',
      'python -i',
      'python /tmp/../x.py',
      'python ../x.py',
      'python -ic x',
    ],
  },
  node: {
    runs: ['node x.js -e'],
    refused: ['node -e 1', 'node --eval=1', 'node -p 1', 'node -r x y.js', 'node --import=x y.js', 'node'],
  },
  perl: { runs: ['perl x.pl'], refused: ['perl -e 1', 'perl -ne 1', 'perl -Mx y', 'perl -wE 1'] },
  sh: { runs: ['sh build.sh'], refused: ['sh -c id', 'sh -ec id', 'sh', 'sh -s', 'sh -', 'sh <<< id'] },
  make: {
    runs: ['make', 'make -j4 test', 'make -C sub'],
    refused: ['make -f x', 'make -fx', 'make SHELL=id', 'make --eval=x', 'make -C /x', 'make --file=x'],
  },
  npm: {
    runs: ['npm test', 'npm run build', 'npm ls --depth 1'],
    refused: [
      'npm exec id',
      'npm install x',
      'npm x id',
      'npm test --script-shell=id',
      'npm --prefix /x test',
      'npm config set x y',
    ],
  },
  npx: { runs: [], refused: ['npx id', 'npx -y id'] },
  go: {
    runs: ['go test ./... -run X', 'go vet ./...'],
    refused: ['go test -exec id', 'go build -toolexec id', 'go run x.go', 'go generate'],
  },
  ssh: { runs: [], refused: ['ssh host', 'ssh -o ProxyCommand=id host', 'ssh -oProxyCommand=id host'] },
  curl: {
    runs: ['curl -sS https://api.example.com/x', "curl -X POST -H 'A: b' -d '{}' https://api.example.com"],
    refused: [
      'curl -o f https://api.example.com',
      'curl -K cfg',
      'curl file:///etc/passwd',
      'curl https://evil.com',
      'curl https://api.example.com https://evil.com',
      'curl https://{evil,api.example}.com',
      'curl -d @/etc/passwd https://api.example.com',
      'curl -x evil https://api.example.com',
      'curl --resolve a https://api.example.com',
      'curl -T f https://api.example.com',
      'curl https://api.example.com@evil.com',
      'curl api.example.com',
      'curl "https://$h"',
      'curl -sod f https://api.example.com',
    ],
  },
  zip: {
    runs: ['zip -r out.zip src'],
    refused: ['zip -T -TT id out.zip x', 'zip -TTid o x', 'zip out.zip x -T --unzip-command id'],
  },
  less: { runs: ['less f'], refused: ['less +!id f', 'less -o out f', 'less -k keys f'] },
  vim: { runs: [], refused: ['vim -c x f', 'vim f', 'vim +x f'] },
  sort: {
    runs: ['sort -k2,2 -u f'],
    refused: ['sort -o out f', 'sort --compress-program=id f', 'sort -oout f', 'sort --out=x f'],
  },
  uniq: { runs: ['uniq -c f'], refused: ['uniq in out'] },
  rm: { runs: ['rm -rf build', 'rm ./*', 'rm -- *'], refused: ['rm *', 'rm ?f'] },
  eval: { runs: [], refused: ['eval id', 'eval echo'] },
  sudo: { runs: [], refused: ['sudo id'] },
};

describe('argument rules', () => {
  const network = { allow: ['api.example.com'], deny: [] };
  for (const [allowed, { runs, refused }] of Object.entries(cases)) {
    for (const command of runs)
      it(`with ${allowed} allowed, ${JSON.stringify(command)} runs`, async () => {
        expect(await refusalOf(command, [allowed], { network })).to.equal(undefined);
      });
    for (const command of refused)
      it(`with ${allowed} allowed, ${JSON.stringify(command)} is refused`, async () => {
        expect(await refusalOf(command, [allowed], { network })).to.be.a('string');
      });
  }
});

describe('rules of a spec', () => {
  const runs: readonly (readonly [string, readonly (string | CommandRule)[]])[] = [
    ['python -c "print(1)"', [{ command: 'python', args: ['-c', '*'] }]],
    ['git push origin main', ['git push']],
    ['npm exec tsc', [{ command: 'npm', args: ['exec', 'tsc'] }]],
    ['npm test -- --grep x', [{ command: 'npm', args: ['test', '--', '**'] }]],
    ['ssh build uptime', [{ command: 'ssh', args: ['build', 'uptime'] }]],
    ['timeout 5 git status', ['timeout', 'git status']],
    ['env A=1 nice -n 2 echo x', ['env', 'nice', 'echo']],
    ['timeout 5 npm test', ['timeout 5 npm test']],
    ['xargs grep -n x --', ['xargs', 'grep']],
    ['cat src/a.ts', [{ command: 'cat', args: ['src/*'] }]],
    ['find . -exec cat x', [{ command: 'find', args: ['.', '-exec', 'cat', '*'] }]],
    ["\\echo a; ec'h'o b; 'echo' c", ['echo']],
  ];
  for (const [command, allowed] of runs)
    it(`${JSON.stringify(command)} runs where ${JSON.stringify(allowed)} allow it`, async () => {
      expect(await refusalOf(command, allowed)).to.equal(undefined);
    });

  const refused: readonly (readonly [string, readonly (string | CommandRule)[]])[] = [
    ['git push --receive-pack=id origin', ['git push']],
    ['git log --output=f', ['git log']],
    ['git push', ['git log', 'git status']],
    ['git -c x=y log', ['git log']],
    ['cat lib/a.ts', [{ command: 'cat', args: ['src/*'] }]],
    ['cat src/a b', [{ command: 'cat', args: ['src/*'] }]],
    ['cat "$x"', [{ command: 'cat', args: ['src/*'] }]],
    ['npm exec tsc --call id', [{ command: 'npm', args: ['exec', 'tsc'] }]],
    ['ssh build uptime; id', [{ command: 'ssh', args: ['build', 'uptime'] }]],
    ['ssh -oProxyCommand=id build', [{ command: 'ssh', args: ['*', 'build'] }]],
    ['timeout 5 git push', ['timeout', 'git status']],
    ['git fetch && git clean -fd', ['git fetch']],
    ['xargs git', ['xargs', 'git']],
    ['xargs grep -n x', ['xargs', 'grep']],
    ['ls; rm -rf x', ['ls']],
    ['eval ls', ['eval', 'ls']],
  ];
  for (const [command, allowed] of refused)
    it(`${JSON.stringify(command)} is refused where only ${JSON.stringify(allowed)} are allowed`, async () => {
      expect(await refusalOf(command, allowed)).to.be.a('string');
    });

  it('a refusal names the argument, the reason and what is allowed', async () => {
    expect(await refusalOf('git log --output=f', ['git log', 'ls'])).to.equal(
      'argument "--output" of "git log" is not allowed: it writes a file; allowed commands: git log, ls',
    );
    expect(await refusalOf('git push origin', ['git log'])).to.equal(
      '"git push origin" does not fit what "git" may be given; allowed commands: git log',
    );
    expect(await refusalOf('find . -exec id ";"', ['find'])).to.equal(
      'argument "-exec" of "find" is not allowed: it runs another program; list the files first and name them; allowed commands: find',
    );
  });
});

describe('one command at a time', () => {
  const single = { compound: false } as const;

  for (const command of ['echo a b', "echo 'a;id'", 'echo "$x" a*b', '\\echo x', 'echo x#y', 'echo a # ; id'])
    it(`${JSON.stringify(command)} is one command`, async () => {
      expect(await refusalOf(command, ['echo'], single)).to.equal(undefined);
    });

  for (const command of [
    'echo x#;id',
    'echo x#&&id',
    'echo x#|id',
    'echo x#>f',
    'echo a; echo b',
    'echo a | echo b',
    'echo a &',
    '! echo a',
    'time echo a',
    '(echo a)',
    '{ echo a; }',
    'A=1 echo a',
    'A=1',
    'echo a > f',
    'echo < f',
    'echo <<E\nx\nE',
    'echo $(echo a)',
    'echo "`echo a`"',
    'if :; then echo a; fi',
    'echo a\necho b',
    'echo() { :; }',
    '',
    '# only a comment',
  ])
    it(`${JSON.stringify(command)} is not, or is refused`, async () => {
      expect(await refusalOf(command, ['echo'], single)).to.be.a('string');
    });

  it('holds for a sandbox that allows every command too', async () => {
    const { argv } = await admitCommand(sandboxSpec({ shell: true, compound: false }), 'ls -la "a b"', {
      filesAreKept: true,
    });
    expect(argv).to.deep.equal(['ls', '-la', 'a b']);
    expect(await refusalOf('ls; id', [], single)).to.match(/^give one command with its arguments at a time/);
  });
});

describe('a machine whose files the sandbox does not keep', () => {
  const readOnly = { write: false, filesAreKept: false } as const;

  for (const command of [
    'touch f',
    'mkdir d',
    'rm -rf .',
    'mv a b',
    'cp a b',
    'chmod 777 f',
    'tee f',
    'echo x > f',
    'echo x >> f',
    'ls &> f',
    'echo >2>&1',
    'echo > 2',
    'echo &> 2',
    'echo >& f',
    "sed -i 's/a/b/' f",
    'find . -delete',
    'git init',
    'git add -A',
    'git commit -m x',
    'python x.py',
    'sh x.sh',
    'make',
    'npm test',
    'unknown-program',
    'tar xf a.tar',
    'dd if=a of=b',
    'echo x > /dev/tcp/127.0.0.1/1',
    'cat < /dev/tcp/127.0.0.1/1',
    'cat < ../x',
    'cat < /etc/passwd',
    'cat < "$x"',
  ])
    it(`without write, ${JSON.stringify(command)} is refused`, async () => {
      const name = command.split(' ')[0] ?? '';
      expect(await refusalOf(command, [name], readOnly)).to.be.a('string');
    });

  for (const command of [
    'ls -la',
    'cat f',
    'grep -rn x .',
    'git status',
    'git log -3',
    'tar tf a.tar',
    'ls 2> /dev/null',
    'ls 2>&1',
    'ls 3>&-',
    'cat < f',
  ])
    it(`without write, ${JSON.stringify(command)} runs`, async () => {
      const name = command.split(' ')[0] ?? '';
      expect(await refusalOf(command, [name], readOnly)).to.equal(undefined);
    });
});
