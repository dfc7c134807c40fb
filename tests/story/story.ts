import type {Stage} from './stage.ts';

/** One thing that goes wrong, and how it ends. What it asserts it asserts itself, whoever tells it. */
export interface Story {
  readonly name: string;
  readonly title: string;
  tell(stage: Stage): Promise<void>;
}
