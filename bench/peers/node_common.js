// What the two Node peers share. Times and uuids are the driver's business, as usual.
const { Pool } = require('pg');
const COLUMNS =
  'id, kind, title, project_id, owner_id, state, progress, current_step, attempt, created_at,' +
  ' started_at, finished_at, deadline_at, failure, next_seq';
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
  list: `SELECT ${COLUMNS} FROM jobs WHERE project_id = $1 AND queue = 'work' ORDER BY id DESC LIMIT $2 OFFSET $3`,
  count: `SELECT count(*)::int AS total FROM jobs WHERE project_id = $1 AND queue = 'work'`,
  one: `SELECT ${COLUMNS}, parameters, result FROM jobs WHERE id = $1`,
  insert:
    'INSERT INTO bench_jobs (id, owner_id, project_id, kind, title, parameters, state)' +
    ` VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 'queued') RETURNING ${COLUMNS}, parameters, result`,
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
