import type { SessionEntry } from '../../session/index.ts';

/** An entry of a conversation as lines for people. */
export function entryText(entry: SessionEntry): string {
  const when = `${entry.id}  ${entry.at}`;
  if (entry.kind === 'compaction')
    return `${when}  summary of all before ${entry.from}\n${indented(entry.summary)}`;
  const { message, source } = entry;
  const parts = message.content.map((part) => {
    if (part.type === 'text') return part.text;
    if (part.type === 'thinking') return `(thinking) ${part.text}`;
    if (part.type === 'image') return `(${part.mediaType})`;
    if (part.type === 'tool_call') return `${part.toolName}(${JSON.stringify(part.input)})`;
    const output = typeof part.output === 'string' ? part.output : JSON.stringify(part.output);
    return `${part.toolName} ${part.isError ? 'failed' : 'gave'}: ${output}`;
  });
  return `${when}  ${message.role} (${source})\n${indented(parts.join('\n'))}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
