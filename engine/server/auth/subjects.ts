/** Something that belongs to somebody, as a request names it. */
export type Subject =
  | { readonly kind: 'instance'; readonly agent: string; readonly id: string }
  | { readonly kind: 'run' | 'submission' | 'approval'; readonly id: string };

/** What the paths of routes name, each from the beginning of the path on. */
const inPath: readonly (readonly [path: string, subject: (params: Params) => Subject | undefined])[] = [
  ['/agents/:name/:id', ({ name = '', id = '' }) => ({ kind: 'instance', agent: name, id })],
  ['/runs/:id', ({ id = '' }) => ({ kind: 'run', id })],
  ['/submissions/:id', ({ id = '' }) => ({ kind: 'submission', id })],
  ['/approvals/:id', ({ id = '' }) => ({ kind: 'approval', id })],
  // Names of the project, which belong to nobody.
  ['/agents/:name', () => undefined],
  ['/workflows/:name', () => undefined],
  ['/callbacks/:id', () => undefined],
  ['/channels/:name', () => undefined],
  ['/schedules/:name', () => undefined],
];

/** What the query of a list names, by its path. */
const inQuery: Readonly<Record<string, Readonly<Record<string, 'run' | 'submission' | 'approval'>>>> = {
  '/runs': { before: 'run' },
  '/submissions': { before: 'submission' },
  '/approvals': { run: 'run', submission: 'submission', after: 'approval' },
};

type Params = Readonly<Record<string, string | undefined>>;

/** What of somebody's a request is about; undefined for a path that names something, and nobody said whose that is. */
export function subjectsOf(whole: string, params: Params, search: string): readonly Subject[] | undefined {
  // Operators have the same lists, whoever what is in them belongs to.
  const path = whole.replace(/^\/admin(?=\/)/, '');
  const [, named] = inPath.find(([begin]) => path === begin || path.startsWith(`${begin}/`)) ?? [];
  if (named === undefined && path.includes('/:')) return undefined;
  const subject = named?.(params);
  const query = inQuery[path];
  if (query === undefined || search === '') return subject === undefined ? [] : [subject];
  const given = new URLSearchParams(search);
  return Object.entries(query).flatMap(([name, kind]) => {
    const id = given.get(name);
    return id === null ? [] : [{ kind, id }];
  });
}
