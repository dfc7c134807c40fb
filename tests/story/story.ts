import type {Stage} from './stage.ts';

/** One thing that goes wrong, and how it ends. What it asserts it asserts itself, whoever tells it. */
export interface Story {
  readonly name: string;
  readonly title: string;
  /** What goes wrong is that a guest is started twice, which the watch has to see; in all other stories it must not happen. */
  readonly isTwice?: boolean;
  tell(stage: Stage): Promise<void>;
}
