import { createFileRoute, Outlet } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { Tab, Tabs } from '@/components/tabs';

export const Route = createFileRoute('/_app/settings')({ component: Settings });

function Settings() {
  return (
    <Page
      title="Settings"
      below={
        <Tabs label="Settings">
          <Tab to="/settings/profile">Profile</Tab>
          <Tab to="/settings/appearance">Appearance</Tab>
          <Tab to="/settings/notifications">Notifications</Tab>
          <Tab to="/settings/security">Sign-in and sessions</Tab>
          <Tab to="/settings/api-use">API use</Tab>
        </Tabs>
      }
    >
      <div className="px-4 md:px-[1.125rem]">
        <Outlet />
      </div>
    </Page>
  );
}
