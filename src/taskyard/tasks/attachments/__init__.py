"""What hangs on a task: files, kept by the room of files, and addresses elsewhere."""
