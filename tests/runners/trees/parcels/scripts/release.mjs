#!/usr/bin/env node
import { execSync } from 'node:child_process';

const [, , version] = process.argv;
execSync(`git tag v${version}`);
debugger;
