import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Document, type Scalar } from 'yaml';
import { fitsKind } from './oracle.ts';
import { targetsIn, yamlOf, type Target, type WordClass } from './targets.ts';

/** One file of a project that mutants are made of. */
export interface SpecFile {
  readonly file: string;
  readonly kind: string;
  readonly text: string;
}

/** What was done to a file. */
export type MutantClass =
  | `swap: ${WordClass}`
  | 'required key deleted'
  | 'required argument deleted'
  | 'reference broken'
  | 'constant of another type'
  | 'step dropped'
  | 'property renamed';

/** One mistake in one file. */
export interface Mutant {
  readonly class: MutantClass;
  readonly file: string;
  /** What changed, for a person. */
  readonly what: string;
  /** Where, in the file as it was. */
  readonly start: number;
  readonly line: number;
  /** The whole file with the mistake. */
  readonly text: string;
  /** The word that was changed; of a deletion the key or id. */
  readonly word: string;
  readonly target?: Target;
}

/** Every mutant of the files of a project. */
export function mutantsOf(files: readonly SpecFile[]): Mutant[] {
  const callees = calleesOf(files);
  return files.flatMap((file) => [...wordMutants(file), ...structureMutants(file, callees)]);
}

const broken = ['reference', 'file reference', 'step id', 'name'];

function wordMutants({ file, text }: SpecFile): Mutant[] {
  return targetsIn(file, text).flatMap((target): Mutant[] => {
    const { word, start } = target;
    const mutant = (kind: MutantClass, typo: string): Mutant => ({
      class: kind,
      file,
      what: `${word} → ${typo}`,
      start,
      line: lineAt(text, start),
      text: text.slice(0, start) + typo + text.slice(start + word.length),
      word,
      target,
    });
    const swapped = swapLetters(word, start);
    return [
      ...(swapped === undefined ? [] : [mutant(`swap: ${target.class}`, swapped)]),
      ...(broken.includes(target.class) ? [mutant('reference broken', 'zz_nothing')] : []),
      ...(target.class === 'schema property' && target.place.at(-1) === word
        ? [mutant('property renamed', `zz_${word}`)]
        : []),
    ];
  });
}

/** The word with two neighbouring letters swapped, the place chosen by `turn`; undefined when all its letters are the same. */
export function swapLetters(word: string, turn: number): string | undefined {
  for (let step = 0; step < word.length - 1; step += 1) {
    const at = (turn + step) % (word.length - 1);
    const [one = '', other = ''] = [word[at], word[at + 1]];
    if (one === other || !/[A-Za-z]/.test(one) || !/[A-Za-z]/.test(other)) continue;
    return word.slice(0, at) + other + one + word.slice(at + 2);
  }
  return undefined;
}

type Path = readonly (string | number)[];

function structureMutants(spec: SpecFile, callees: Callees): Mutant[] {
  const { file, kind, text } = spec;
  const { yaml, offset } = yamlOf(file, text);
  if (yaml === '' || kind === 'schema') return [];
  const document = parseDocument(yaml);
  const mutants: Mutant[] = [];
  const change = (
    name: MutantClass,
    node: unknown,
    word: string,
    what: string,
    edit: (copy: Document) => void,
  ): void => {
    const copy = parseDocument(yaml);
    edit(copy);
    const start = offset + ((node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0);
    const edited = text.slice(0, offset) + String(copy) + (file.endsWith('.md') ? text.slice(offset + yaml.length + 1) : '');
    mutants.push({ class: name, file, what, start, line: lineAt(text, start), text: edited, word });
  };
  // What Markdown adds to the front matter stands for the keys of the body.
  const whole = (copy: Document): unknown => copy.toJS() as unknown;
  const fits = fitsKind(kind, whole(document));

  visit(document, {
    Pair(_key, pair, ancestors) {
      if (!isScalar(pair.key)) return;
      const parent = pathOf(document, ancestors);
      const key = String(pair.key.value);
      const path = [...parent, key];
      if (fits) {
        const copy = parseDocument(yaml);
        copy.deleteIn(path);
        if (!fitsKind(kind, whole(copy)))
          change('required key deleted', pair.key, key, `without ${path.join('.')}`, (one) => one.deleteIn(path));
      }
      const schema = callees(document, parent);
      if (schema === undefined) return;
      if (schema.required?.includes(key) === true)
        change('required argument deleted', pair.key, key, `without ${path.join('.')}`, (one) => one.deleteIn(path));
      const other = otherType(schema.properties?.[key]?.type, (pair.value as Scalar | null)?.value);
      if (other !== undefined && isScalar(pair.value) && !String(pair.value.value).includes('{{'))
        change('constant of another type', pair.value, key, `${key}: ${JSON.stringify(other)}`, (one) =>
          one.setIn(path, other),
        );
    },
    Seq(_key, seq, ancestors) {
      const pair = ancestors.at(-1);
      if (kind !== 'workflow' || !isPair(pair) || String(pair.key) !== 'steps' || seq.items.length < 2) return;
      const parent = pathOf(document, [...ancestors, seq]);
      seq.items.forEach((item, index) => {
        const id = isMap(item) ? item.get('id') : undefined;
        if (typeof id === 'string')
          change('step dropped', item, id, `without step ${id}`, (one) => one.deleteIn([...parent, index]));
      });
    },
  });
  return mutants;
}

function pathOf(document: Document, ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((node, index): Path => {
    const above = ancestors[index - 1];
    if (isPair(node)) return [String((node.key as Scalar).value)];
    return isSeq(above) ? [above.items.indexOf(node)] : [];
  });
}

interface Schema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The `inputSchema` that the map at a path has to fit, when the map is an input of something with a schema. */
type Callees = (document: Document, path: Path) => Schema | undefined;

function calleesOf(files: readonly SpecFile[]): Callees {
  const schemas = new Map<string, Schema>();
  for (const { file, kind, text } of files) {
    if (!['agent', 'workflow', 'tool'].includes(kind)) continue;
    const spec = parseDocument(yamlOf(file, text).yaml).toJS() as { inputSchema?: Schema } | null;
    const name = /([^/]+)\.\w+$/.exec(file)?.[1] ?? '';
    if (spec?.inputSchema !== undefined) schemas.set(`${kind} ${name}`, spec.inputSchema);
  }
  return (document, path) => {
    const last = path.at(-1);
    if (last !== 'with' && last !== 'input') return undefined;
    for (const kind of ['tool', 'agent', 'workflow']) {
      const name: unknown = document.getIn([...path.slice(0, -1), kind]);
      if (typeof name === 'string') return schemas.get(`${kind} ${name}`);
    }
    return undefined;
  };
}

/** A value of a type the schema does not allow, in place of a constant. */
function otherType(type: string | undefined, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (type === 'string') return 17;
  if (type === 'number' || type === 'integer') return 'seventeen';
  if (type === 'boolean') return 'maybe';
  return undefined;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
