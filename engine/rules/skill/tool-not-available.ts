import { choices, suggest } from '../../core/suggest.ts';
import type { Agent } from '../../program/agent.ts';
import type { Program } from '../../program/program.ts';
import { builtinTools } from '../../program/tool.ts';
import { rootOf, type Source } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** A skill is meant for a tool that no agent with the skill has, so what it asks for cannot be done. */
export const toolNotAvailable: Rule = {
  id: 'skill/tool-not-available',
  level: 'warning',
  check({ program, sources }, report) {
    const hasServers = sources.some((source) => rootOf(source).get('mcpServers').value !== undefined);
    for (const source of sources) {
      if (source.kind !== 'skill') continue;
      const node = rootOf(source).get('allowed-tools');
      const users = usersOf(program, source);
      if (users.length === 0) continue;
      const has = new Set(
        users.flatMap(({ builtins, tools, code }) => [
          ...builtins,
          ...tools.map(({ name }) => name),
          ...(code === false ? [] : ['run_code']),
        ]),
      );
      const all = new Set([...Object.keys(program.tools), ...builtinTools, 'run_code']);
      for (const { name, start } of namesIn(node.text() ?? '')) {
        const ours = all.has(name) ? name : name.toLowerCase();
        if (has.has(ours)) continue;
        const isKnown = all.has(ours);
        // Skills are shared: a word of another product, or a tool of a server, says nothing about this project.
        if (!isKnown && (hasServers || /^[A-Z]|__/.test(name))) continue;
        const who = users.map((agent) => `"${agent.name}"`).join(', ');
        const message = isKnown
          ? `the skill is meant for the tool "${name}", which no agent with the skill has (${who}); add it to "tools" of the agent, or take it from "allowed-tools"`
          : `no tool "${name}"${choices(name, has)}`;
        report(
          {
            file: source.file,
            pointer: node.pointer,
            range: source.rangeWithin(node.pointer, start, start + name.length),
          },
          message,
          isKnown ? {} : { suggestions: suggest(name, has, 3) },
        );
      }
    }
  },
};

function usersOf({ delegates }: Program, { name }: Source): Agent[] {
  return Object.values(delegates).filter(
    ({ kind, skills }) => kind === 'agent' && skills.some((skill) => skill.name === name),
  );
}

/** Names of tools; what stands in parentheses (`Bash(git:*)`) says which calls. */
function namesIn(text: string): { name: string; start: number }[] {
  const plain = text.replace(/\([^()]*\)/g, (inner) => ' '.repeat(inner.length));
  return [...plain.matchAll(/[^\s,]+/g)].map((match) => ({ name: match[0], start: match.index }));
}
