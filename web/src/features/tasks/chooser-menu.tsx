import { Menu as Base } from '@base-ui/react/menu';
import {
  ArrowDownToLine,
  ArrowUpToLine,
  GitBranch,
  Link2,
  type LucideIcon,
  Tags,
  Trash2,
  UserRound,
} from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import type { TaskSummary } from '@/api/gen';
import { Person } from '@/components/ui/avatar';
import { MenuItem, MenuLabel, MenuPick, MenuSeparator } from '@/components/ui/menu';
import { copy } from '@/lib/clipboard';
import { say } from '@/lib/toasts';
import { branchOf } from './branch';
import { changeAll, discard, move } from './change';
import { choose, type Part } from './chooser';
import { type People, useTeam } from './use-team';
import { isClosed, PRIORITIES, PRIORITY_ORDER, STATUS_ORDER, STATUSES } from './words';

const ChooseLabels = lazy(() => import('./choose-labels'));

type ChooserProps = { tasks: readonly TaskSummary[]; part: Part; anchor: HTMLElement };

const TITLES: Record<Part, string> = {
  menu: 'What to do with it',
  status: 'Status',
  priority: 'Priority',
  assignee: 'Assignee',
  labels: 'Labels',
};

/** Chooses a field of some tasks, or what to do with one. */
export default function ChooserMenu({ tasks, part, anchor }: ChooserProps) {
  const [first] = tasks;
  if (!first) return null;
  return (
    <Base.Root open onOpenChange={(open) => !open && choose(null)}>
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          align="start"
          sideOffset={5}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup
            aria-label={TITLES[part]}
            finalFocus={() => anchor.isConnected && anchor}
            className="pop max-h-[min(34rem,var(--available-height))] min-w-48 max-w-72 overflow-y-auto rounded-card border border-edge bg-panel p-1 outline-none"
          >
            <Choices part={part} tasks={tasks} first={first} anchor={anchor} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Choices({ part, tasks, first, anchor }: ChooserProps & { first: TaskSummary }) {
  if (part === 'status') return <Statuses tasks={tasks} first={first} />;
  if (part === 'priority') return <Priorities tasks={tasks} />;
  if (part === 'assignee') return <Assignees tasks={tasks} first={first} />;
  if (part === 'labels') {
    return (
      <Suspense>
        <ChooseLabels tasks={tasks} first={first} />
      </Suspense>
    );
  }
  return <Whole task={first} anchor={anchor} />;
}

/** What all have in common; nothing is chosen where they differ. */
function common<T extends string>(tasks: readonly TaskSummary[], of: (task: TaskSummary) => T): T | '' {
  const [first, ...rest] = tasks.map(of);
  return first !== undefined && rest.every((one) => one === first) ? first : '';
}

function icons<K extends string>(order: readonly K[], words: Record<K, { word: string; icon: LucideIcon }>) {
  return order.map((value) => {
    const { word, icon: Icon } = words[value];
    return { value, label: word, icon: <Icon /> };
  });
}

function Statuses({ tasks, first }: { tasks: readonly TaskSummary[]; first: TaskSummary }) {
  return (
    <MenuPick
      label="Status"
      value={common(tasks, (task) => task.status)}
      options={icons(STATUS_ORDER, STATUSES)}
      onChange={(status) => {
        if (!status) return;
        if (tasks.length === 1) void move(first, status);
        else void changeAll(tasks, { status }, () => ({ status }));
      }}
    />
  );
}

function Priorities({ tasks }: { tasks: readonly TaskSummary[] }) {
  return (
    <MenuPick
      label="Priority"
      value={common(tasks, (task) => task.priority)}
      options={icons(PRIORITY_ORDER, PRIORITIES)}
      onChange={(priority) => priority && void changeAll(tasks, { priority }, () => ({ priority }))}
    />
  );
}

const NOBODY = 'nobody';

function assign(tasks: readonly TaskSummary[], people: People, id: string): void {
  const person = people.find((one) => one.id === id) ?? null;
  void changeAll(tasks, { assignee_id: person?.id ?? null }, () => ({
    assignee_id: person?.id ?? null,
    assignee: person,
  }));
}

function Assignees({ tasks, first }: { tasks: readonly TaskSummary[]; first: TaskSummary }) {
  const people = useTeam(first.project_id);
  if (!people) return <MenuLabel>Looking up the team…</MenuLabel>;
  return (
    <MenuPick
      label="Assignee"
      value={common(tasks, (task) => task.assignee_id ?? NOBODY)}
      options={[
        { value: NOBODY, label: 'Nobody', icon: <UserRound /> },
        ...people.map(({ id, name }) => ({ value: id, label: name, icon: <Person id={id} name={name} size={16} /> })),
      ]}
      onChange={(id) => assign(tasks, people, id)}
    />
  );
}

/** Everything that can be done with one task. */
function Whole({ task, anchor }: { task: TaskSummary; anchor: HTMLElement }) {
  const open = (part: Part) => () => setTimeout(() => choose({ tasks: [task], part, anchor }));
  const Flag = PRIORITIES[task.priority].icon;
  return (
    <>
      <MenuLabel>Move to</MenuLabel>
      <Statuses tasks={[task]} first={task} />
      {!isClosed(task.status) && (
        <>
          <MenuSeparator />
          <MenuItem icon={<ArrowUpToLine />} onClick={() => void move(task, task.status, { at: 'top' })}>
            To the top of its column
          </MenuItem>
          <MenuItem icon={<ArrowDownToLine />} onClick={() => void move(task, task.status, { at: 'bottom' })}>
            To the bottom
          </MenuItem>
        </>
      )}
      <MenuSeparator />
      <MenuItem icon={<Flag />} after={<Now>{PRIORITIES[task.priority].word}</Now>} onClick={open('priority')}>
        Priority…
      </MenuItem>
      <MenuItem icon={<UserRound />} after={<Now>{task.assignee?.name ?? 'Nobody'}</Now>} onClick={open('assignee')}>
        Assignee…
      </MenuItem>
      <MenuItem icon={<Tags />} onClick={open('labels')}>
        Labels…
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Link2 />} onClick={() => void copyLink(task)}>
        Copy link
      </MenuItem>
      <MenuItem icon={<GitBranch />} onClick={() => void copyBranch(task)}>
        Copy branch name
      </MenuItem>
      <MenuItem icon={<Trash2 />} bad onClick={() => void discard(task)}>
        Delete
      </MenuItem>
    </>
  );
}

function Now({ children }: { children: ReactNode }) {
  return <span className="max-w-24 truncate text-faint text-xs">{children}</span>;
}

async function copyLink(task: TaskSummary): Promise<void> {
  if (await copy(`${location.origin}/app/projects/${task.project_id}/tasks/${task.id}`)) {
    void say(`The link to ${task.key} is copied`);
  }
}

async function copyBranch(task: TaskSummary): Promise<void> {
  const name = branchOf(task);
  if (await copy(name)) void say(`${name} is copied`);
}
