import { defineTool } from 'flue-engine';

interface Issue {
  number: number;
  title: string;
  state: string;
  body: string;
}

/** Reads `issues/<number>-<slug>.md`: a `# title`, a line `State: open|closed`, then the body. */
export default defineTool<{ state: 'open' | 'closed' | 'any' }>({
  async run({ state }, { sandbox, log }) {
    const issues: Issue[] = [];
    for (const file of await sandbox.list('issues')) {
      const number = Number(/\/(\d+)-[^/]*\.md$/.exec(file.path)?.[1]);
      if (Number.isNaN(number)) continue;
      const text = new TextDecoder().decode(await sandbox.readFile(file.path));
      const [, title = '', given = 'open', body = ''] =
        /^# (.+)\n+State: (\w+)\n+([\s\S]*)$/.exec(text) ?? [];
      if (state === 'any' || state === given) issues.push({ number, title, state: given, body: body.trim() });
    }
    log(`read ${issues.length} issues`);
    return { issues: issues.sort((a, b) => a.number - b.number) };
  },
});
