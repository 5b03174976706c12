import { createFileRoute, Outlet } from '@tanstack/react-router';
import { Main } from '@/components/main';
import { Mark } from '@/components/ui/mark';

export const Route = createFileRoute('/_door')({ component: Door });

/** What stands before the shell: one column of paper. */
function Door() {
  return (
    <div className="grid min-h-dvh grid-rows-[1fr_auto] px-5">
      <Main className="mx-auto w-full max-w-80 pt-[max(3rem,16dvh)] pb-12">
        <Mark size={30} />
        <Outlet />
      </Main>
      <footer className="mx-auto w-full max-w-80 py-5 text-mute text-xs">Taskyard at {location.host}</footer>
    </div>
  );
}
