// What the two Node peers share. Times and uuids are the driver's business, as usual.
const { Pool } = require('pg');
const COLUMNS =
  'id, project_id, number, title, status, priority, assignee_id, due_date, estimate, parent_id,' +
  ' position, created_by, created_at, updated_at, completed_at, version';
const WHOLE = `${COLUMNS}, description, description_html`;
exports.SECRET = process.env.BENCH_SECRET;
exports.OWNER = '00000000-0000-7000-a000-000000000001';
exports.pool = () =>
  new Pool({
    host: process.env.BENCH_HOST,
    user: process.env.BENCH_USER,
    password: process.env.BENCH_PASSWORD,
    database: process.env.BENCH_DATABASE,
    max: +process.env.BENCH_POOL,
    idleTimeoutMillis: 0,
  });
exports.SQL = {
  list: `SELECT ${COLUMNS} FROM tasks WHERE project_id = $1 AND deleted_at IS NULL ORDER BY number DESC LIMIT $2 OFFSET $3`,
  count: `SELECT count(*)::int AS total FROM tasks WHERE project_id = $1 AND deleted_at IS NULL`,
  one: `SELECT ${WHOLE} FROM tasks WHERE id = $1`,
  insert:
    'INSERT INTO bench_tasks (id, project_id, number, title, status, priority, position, created_by)' +
    ` VALUES (gen_random_uuid(), $1, nextval('bench_numbers'), $2, 'todo', 'medium', 'a0', $3) RETURNING ${WHOLE}`,
};
exports.listed = async (pool, project, limit, offset) => {
  const [rows, count] = await Promise.all([
    pool.query({ name: 'list', text: exports.SQL.list, values: [project, limit, offset] }),
    pool.query({ name: 'count', text: exports.SQL.count, values: [project] }),
  ]);
  return { items: rows.rows, total: count.rows[0].total };
};
exports.clustered = (start) => {
  const cluster = require('node:cluster');
  if (!cluster.isPrimary) return start();
  for (let n = 0; n < +process.env.BENCH_WORKERS; n++) cluster.fork();
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
};
