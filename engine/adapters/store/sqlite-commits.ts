import type { Query } from './sqlite-connection.ts';
import { meanings, type Act } from './sqlite-writes.ts';

/** Writes all acts, in order, or none: resolves when they are on disk, for each whether it changed anything. Rejects with the driver's error. */
export type CommitActs = (acts: readonly Act[]) => Promise<readonly boolean[]>;

/** Makes what `actCommits` needs on a connection, in its temporary schema: the file stays as it is. */
export async function prepareCommits(query: Query): Promise<void> {
  // What is stored must not pass through the system's folder for temporary files.
  await query('PRAGMA temp_store=MEMORY');
  await query('CREATE TEMP TABLE answer (place INTEGER PRIMARY KEY, changed INTEGER)');
}

/**
 * The commits of a prepared connection. Call it once for one, and do one commit after the other.
 *
 * Every statement sent to SQLite is a trip to another thread, dearer than its work. So a whole group is one statement, an insert
 * into a view, and triggers do what each row means. SQLite compiles all triggers of a view for every statement, and that is most of what
 * a commit costs besides the disk; so there is a view for every few kinds that come together, made when they first do.
 */
export function actCommits(query: Query): CommitActs {
  const made = new Set<string>();

  return async (acts) => {
    const kinds = kindsOf(acts);
    const view = `act_${kinds.map(([place]) => place).join('_')}`;
    if (!made.has(view)) {
      await makeView(query, view, kinds);
      made.add(view);
    }
    if (acts.length <= largestStatement) return writeActs(query, view, acts);
    const changed: boolean[] = [];
    await query('BEGIN IMMEDIATE');
    try {
      for (let place = 0; place < acts.length; place += largestStatement)
        changed.push(...(await writeActs(query, view, acts.slice(place, place + largestStatement))));
      await query('COMMIT');
    } catch (error) {
      await query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    return changed;
  };
}

/** Acts of one statement: SQLite takes 32766 values in one. */
const largestStatement = 8000;

/** With more kinds than this, the view of all kinds is taken, so that there are not too many views. */
const fewKinds = 3;

type Kinds = readonly (readonly [place: number, kind: Act['kind']])[];

const allKinds: Kinds = [...(Object.keys(meanings) as Act['kind'][]).entries()];

function kindsOf(acts: readonly Act[]): Kinds {
  const here = new Set(acts.map(({ kind }) => kind));
  return here.size > fewKinds ? allKinds : allKinds.filter(([, kind]) => here.has(kind));
}

async function makeView(query: Query, view: string, kinds: Kinds): Promise<void> {
  // What is left of one that could not be made to the end.
  await query(`DROP VIEW IF EXISTS temp.${view}`);
  await query(
    `CREATE TEMP VIEW ${view} AS SELECT NULL AS place, NULL AS kind, NULL AS id, NULL AS key, NULL AS value`,
  );
  for (const [, kind] of kinds) {
    await query(
      `CREATE TEMP TRIGGER ${view}_${kind} INSTEAD OF INSERT ON ${view} WHEN NEW.kind = '${kind}' BEGIN
         ${meanings[kind]};
         INSERT OR REPLACE INTO answer VALUES (NEW.place, changes());
       END`,
    );
  }
}

async function writeActs(query: Query, view: string, acts: readonly Act[]): Promise<readonly boolean[]> {
  const rows = await query(
    `INSERT INTO ${view} VALUES ${acts.map((_, place) => `(${place}, ?, ?, ?, ?)`).join(', ')}
     RETURNING place, (SELECT changed FROM answer WHERE answer.place = ${view}.place) AS changed`,
    acts.flatMap(({ kind, id, key, value }) => [kind, id ?? null, key ?? null, value ?? null]),
  );
  const changed = new Set(rows.filter((row) => row['changed'] !== 0).map((row) => row['place']));
  return acts.map((_, place) => changed.has(place));
}
