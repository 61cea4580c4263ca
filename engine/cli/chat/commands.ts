import { ulid } from 'ulid';
import type { Message } from '../../core/message.ts';
import { addUsage, noUsage, type Usage } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { suggest } from '../../core/suggest.ts';
import { thinkingLevels } from '../../program/thinking-levels.ts';
import type { Thinking } from '../../program/model.ts';
import { readAttachment } from '../read-input.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { usageText } from '../usage-text.ts';
import { checkAsked } from './check-asked.ts';
import type { Talk } from './talk.ts';

/** What a chat goes by from message to message. */
export interface ChatState {
  session: string;
  model?: string;
  role?: string;
  thinking?: Thinking;
  /** Files that go with the next message. */
  files: readonly { readonly name: string; readonly data: Uint8Array }[];
  /** Of this chat. */
  usage: Usage;
  answers: number;
}

/** A command of a chat. */
interface ChatCommand {
  readonly says: string;
  readonly takes?: string;
  /** Gives true when the chat is over. */
  readonly work: (argument: string, chat: Chat) => Promise<boolean | void> | boolean | void;
}

interface Chat {
  readonly talk: Talk;
  readonly state: ChatState;
  readonly terminal: Terminal;
}

const commands: Readonly<Record<string, ChatCommand>> = {
  help: { says: 'show these commands', work: (_argument, { terminal }) => showHelp(terminal) },
  new: {
    says: 'begin another conversation',
    work(_argument, { state, terminal }) {
      state.session = `s-${ulid().toLowerCase()}`;
      terminal.err.line(`new session "${state.session}"`);
    },
  },
  session: {
    says: 'show the session, or go to another one',
    takes: '[name]',
    work(argument, { state, terminal }) {
      if (argument !== '') state.session = argument;
      terminal.err.line(`session "${state.session}"`);
    },
  },
  sessions: {
    says: 'list the sessions of this instance',
    async work(_argument, { talk, terminal }) {
      const all = await talk.sessions();
      if (all.length === 0) return terminal.err.line('no sessions yet');
      const rows = all.map(({ session, entries, updatedAt, state }) => [
        session,
        String(entries),
        updatedAt,
        state,
      ]);
      terminal.err.line(table([['SESSION', 'ENTRIES', 'UPDATED', 'STATE'], ...rows]));
    },
  },
  history: {
    says: 'show the conversation so far',
    async work(_argument, { talk, state, terminal }) {
      const messages = await talk.history(state.session);
      if (messages.length === 0) terminal.err.line('nothing was said yet');
      for (const message of messages) for (const line of linesOf(message)) terminal.err.line(printable(line));
    },
  },
  compact: {
    says: 'sum up old messages, to make room',
    async work(_argument, { talk, state, terminal }) {
      const { compacted, messagesBefore, messagesAfter, tokensBefore, tokensAfter, usage } =
        await talk.compact(state.session);
      addTo(state, usage);
      terminal.err.line(
        compacted
          ? `summed up: ${messagesBefore} messages are ${messagesAfter}, ${tokensBefore} tokens ${tokensAfter}`
          : 'there was nothing to leave out',
      );
    },
  },
  model: {
    says: 'show or set the model; "-" for that of the agent',
    takes: '[model]',
    async work(argument, { talk, state, terminal }) {
      if (argument === '-') delete state.model;
      else if (argument !== '') {
        checkAsked(await talk.about(), { model: argument });
        state.model = argument;
      }
      terminal.err.line(`model ${state.model ?? (await talk.about()).model ?? 'of the agent'}`);
    },
  },
  role: {
    says: 'show or set the role; "-" for none',
    takes: '[role]',
    async work(argument, { talk, state, terminal }) {
      if (argument === '-') delete state.role;
      else if (argument !== '') {
        checkAsked(await talk.about(), { role: argument });
        state.role = argument;
      }
      terminal.err.line(`role ${state.role ?? 'none'}`);
    },
  },
  thinking: {
    says: 'show or set how hard the model thinks; "-" for what the agent says',
    takes: '[level]',
    work(argument, { state, terminal }) {
      const level = thinkingLevels.find((one) => one === argument);
      if (argument === '-') delete state.thinking;
      else if (level !== undefined) state.thinking = level;
      else if (argument !== '')
        throw new Problem(
          'invalid_request',
          `no thinking level "${argument}"; choices: ${thinkingLevels.join(', ')}`,
        );
      terminal.err.line(`thinking ${state.thinking ?? 'as the agent says'}`);
    },
  },
  cost: {
    says: 'show tokens and cost of this chat',
    work(_argument, { state, terminal }) {
      const { inputTokens, outputTokens } = state.usage;
      terminal.err.line(
        `${count(state.answers, 'answer')}, ${usageText(state.usage) ?? '0 tokens'} (${inputTokens} in, ${outputTokens} out)`,
      );
    },
  },
  tools: {
    says: 'list the tools, skills and helpers of the agent',
    async work(_argument, { talk, terminal }) {
      const { tools, skills, subagents } = await talk.about();
      const row = (name: string, all: readonly string[]): string[] => [
        name,
        all.length === 0 ? 'none' : all.join(', '),
      ];
      terminal.err.line(table([row('tools', tools), row('skills', skills), row('helpers', subagents)]));
    },
  },
  file: {
    says: 'send a file with the next message; "-" for none after all',
    takes: '<path>',
    async work(argument, { state, terminal }) {
      if (argument === '-') state.files = [];
      else if (argument !== '') state.files = [...state.files, await readAttachment(argument, '/file')];
      terminal.err.line(
        state.files.length === 0
          ? 'no files'
          : `with the next message: ${state.files.map(({ name }) => name).join(', ')}`,
      );
    },
  },
  abort: {
    says: 'end what works in this session, also when others asked it',
    work: (_argument, { terminal, talk, state }) => endWork(talk, state, terminal),
  },
  quit: { says: 'leave', work: () => true },
};

/** Does a command, without its slash. Gives true when the chat is over. Throws Problem `invalid_request` for one that is none. */
export async function doCommand(text: string, chat: Chat): Promise<boolean> {
  const [, word = '', argument = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  const name = word === 'exit' || word === 'q' ? 'quit' : word;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const [near] = suggest(word, Object.keys(commands));
    const meant = near === undefined ? '; "/help" lists them' : `; did you mean "/${near}"?`;
    throw new Problem('invalid_request', `no command "/${word}"${meant}`);
  }
  if (command.takes === undefined && argument.trim() !== '')
    throw new Problem(
      'invalid_request',
      `"/${word}" takes nothing behind it; a message begins with "//" for one "/"`,
    );
  return (await command.work(argument.trim(), chat)) === true;
}

/** Adds what an answer used. */
export function addTo(state: ChatState, usage: Usage): void {
  state.usage = addUsage(state.usage, usage);
}

/** A chat that has just begun. */
export function newChat(session: string): ChatState {
  return { session, files: [], usage: noUsage, answers: 0 };
}

async function endWork(talk: Talk, { session }: ChatState, { err }: Terminal): Promise<void> {
  err.line((await talk.abort(session)) ? 'ended' : 'nothing was at work');
}

function showHelp({ err }: Terminal): void {
  const rows = Object.entries(commands).map(([name, { takes, says }]) => [
    `  /${name}${takes === undefined ? '' : ` ${takes}`}`,
    says,
  ]);
  err.line(table(rows));
  err.line(
    '  a line that ends with \\ goes on in the next one; """ begins and ends a message of several lines',
  );
  err.line('  a message that begins with // begins with one slash; Ctrl-C ends an answer, twice leaves');
}

function linesOf(message: Message): readonly string[] {
  const who = { user: 'you', assistant: 'agent', tool: 'tool' }[message.role];
  return message.content.map((part) => {
    switch (part.type) {
      case 'text':
        return `${who}: ${part.text}`;
      case 'thinking':
        return `${who} (thinks): ${part.text}`;
      case 'image':
        return `${who}: [image ${part.mediaType}]`;
      case 'tool_call':
        return `${who}: → ${part.toolName} ${JSON.stringify(part.input)}`;
      case 'tool_result':
        return `${who}: ← ${typeof part.output === 'string' ? part.output : JSON.stringify(part.output)}`;
    }
  });
}
