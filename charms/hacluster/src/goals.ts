import {HookToolError, type CharmPorts, type Facet} from '#charm';

/** Who is meant to be there, beyond whom this unit has seen join: a new unit, or a new leader, sees others one by one. */
export interface Goals {
  /** Units of this application, this one too. */
  readonly members: ReadonlySet<string>;
  /** Units of pacemaker-remote applications. */
  readonly remotes: ReadonlySet<string>;
}

/** Runs that have found out that they need to know. */
const asking = new WeakSet();

/**
 * Who is meant to be there, once a decision has said that it depends on that; null before. It takes one more hook tool, and
 * with hundreds of machines a long answer, and it matters only while somebody is missing.
 */
export async function readGoalsIfAsked({tools, ledger}: Pick<CharmPorts, 'tools' | 'ledger'>): Promise<Goals | null> {
  return asking.has(ledger) ? readGoals({tools}) : null;
}

/** Makes the run decide anew with the goals known, when its decision needs them. */
export function createGoalsFacet({ledger}: Pick<CharmPorts, 'ledger'>): Facet<{readonly needsGoals?: boolean}> {
  return {
    name: 'goals',
    plan: ({needsGoals = false}) =>
      Promise.resolve(
        !needsGoals || asking.has(ledger)
          ? []
          : [
              {
                summary: 'ask Juju who is still to come',
                apply: () => {
                  asking.add(ledger);
                  return Promise.resolve();
                },
              },
            ],
      ),
  };
}

const NOBODY: Goals = {members: new Set(), remotes: new Set()};

/** Reads Juju's goal state. Where Juju has none, only those who are seen count. */
async function readGoals({tools}: Pick<CharmPorts, 'tools'>): Promise<Goals> {
  try {
    const {units, relations} = await tools.goalState();
    return {members: getStaying(units), remotes: getStaying(asRecord(relations)['pacemaker-remote'])};
  } catch (error) {
    if (error instanceof HookToolError) {
      return NOBODY;
    }
    throw error;
  }
}

/** Units that do not go. Applications are listed among them, without a number. */
function getStaying(goals: unknown): ReadonlySet<string> {
  const staying = Object.entries(asRecord(goals)).filter(
    ([name, goal]) => name.includes('/') && asRecord(goal)['status'] !== 'dying' && asRecord(goal)['status'] !== 'dead',
  );
  return new Set(staying.map(([name]) => name));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? {...value} : {};
}
