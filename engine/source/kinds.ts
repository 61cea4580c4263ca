/** How a kind of spec is written: where its files live and what they look like. */
export interface KindRow {
  /** Folder below a searched root; undefined for the project config. */
  readonly folder: string | undefined;
  /** File endings that are read, with the dot. */
  readonly suffixes: readonly string[];
  /** Key of the value that receives the body of a Markdown file. */
  readonly bodyKey?: string;
}

/** Every kind of spec. */
export const kinds = {
  project: { folder: undefined, suffixes: ['.yaml', '.yml', '.json'] },
  agent: { folder: 'agents', suffixes: ['.md', '.yaml', '.yml', '.json'], bodyKey: 'instructions' },
  profile: { folder: 'profiles', suffixes: ['.md', '.yaml', '.yml', '.json'], bodyKey: 'instructions' },
  role: { folder: 'roles', suffixes: ['.md', '.yaml', '.yml', '.json'], bodyKey: 'instructions' },
  workflow: { folder: 'workflows', suffixes: ['.yaml', '.yml', '.json'] },
  tool: { folder: 'tools', suffixes: ['.yaml', '.yml', '.json'] },
  skill: { folder: 'skills', suffixes: ['.md'] },
  sandbox: { folder: 'sandboxes', suffixes: ['.yaml', '.yml', '.json'] },
  channel: { folder: 'channels', suffixes: ['.yaml', '.yml', '.json'] },
  schedule: { folder: 'schedules', suffixes: ['.yaml', '.yml', '.json'] },
  test: { folder: 'tests', suffixes: ['.yaml', '.yml'] },
  schema: { folder: 'schemas', suffixes: ['.yaml', '.yml', '.json'] },
  model: { folder: 'models', suffixes: ['.yaml', '.yml', '.json'] },
} as const satisfies Readonly<Record<string, KindRow>>;

/** The kind of a spec. */
export type Kind = keyof typeof kinds;

/** The names of all kinds. */
export const kindNames = Object.keys(kinds) as readonly Kind[];

/** The row of a kind. */
export function kindRow(kind: Kind): KindRow {
  return kinds[kind];
}

/** The kind whose files live in folders of this name, or undefined. */
export function kindOfFolder(folder: string): Kind | undefined {
  return kindNames.find((kind) => kindRow(kind).folder === folder);
}
