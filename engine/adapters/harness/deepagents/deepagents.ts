import type { Harness } from '../../../ports/harness.ts';
import { chatModel } from './chat-model.ts';
import type { Library } from './library.ts';
import { loadLibrary } from './load.ts';
import { createTurns, nameInLoop } from './turns.ts';

/**
 * A harness that runs LangChain's deepagents loop over the models, tools and history of the engine. The model is offered the tools of
 * the agent, `write_todos`, and the scratch files of deepagents where the agent has no file tools; its subagents and its
 * summaries are left to the engine. The package is loaded at the first run.
 * Throws Problem `invalid_project` when it is not installed.
 * @param root folder whose packages are looked at first.
 */
export function deepagents(root: string): Harness {
  let library: Library | undefined;
  return {
    name: 'deepagents',
    async run(task, context) {
      library ??= loadLibrary(root);
      const turns = createTurns(task, context, () => performance.now());
      const hasFiles = task.tools.some(({ name }) => fileTools.has(name));
      const ours = new Set(task.tools.map(({ name }) => nameInLoop(name)));
      const isOwn = (name: string): boolean =>
        !ours.has(name) && !neverOffered.has(name) && !(hasFiles && scratchTools.has(name));
      const agent = library.createDeepAgent({
        model: chatModel(library, turns, isOwn),
        tools: task.tools.map(({ name }) => toolInLoop(library as Library, name, turns.run)),
        // Long conversations are compacted in the history, which this loop does not keep.
        middleware: [
          library.createMiddleware({ name: 'SummarizationMiddleware' }),
          library.todoListMiddleware(),
        ],
      });
      const messages = [{ role: 'user', content: 'See the history of the session.' }];
      // What it throws is what the turns threw, or a wrapping of it.
      const failed = await agent.invoke({ messages }, { recursionLimit: 100_000 }).then(
        () => undefined,
        (thrown: unknown) => ({ thrown }),
      );
      const result = await turns.result();
      if (failed !== undefined) throw failed.thrown;
      return result;
    },
  };
}

/** The loop only learns that a tool is to be run: its input is checked, and its result kept, by the engine. */
function toolInLoop(
  { DynamicStructuredTool }: Library,
  name: string,
  run: (callId: string | undefined) => Promise<void>,
): object {
  return new DynamicStructuredTool({
    name: nameInLoop(name),
    description: name,
    schema: { type: 'object', properties: {} },
    func: async (_input, _manager, config) => {
      await run(config.toolCall?.id);
      return 'done';
    },
  });
}

/** Tools of the engine that work on the files of a sandbox. */
const fileTools: ReadonlySet<string> = new Set(['read', 'write', 'edit', 'ls', 'glob', 'grep', 'bash']);
/** Tools of deepagents for files that live as long as the operation. */
const scratchTools: ReadonlySet<string> = new Set([
  ...['ls', 'read_file', 'write_file', 'edit_file', 'delete', 'glob', 'grep'],
]);
/** Subagents are the engine's, and scratch files have no shell. */
const neverOffered: ReadonlySet<string> = new Set(['task', 'execute']);
