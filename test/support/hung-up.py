"""Runs a command on a terminal, waits for a word of it, and hangs the terminal up. Prints the exit status.

With `signal` the terminal is the command's own, so that the system sends SIGHUP; with `silence` it is not.
"""
import os, pty, subprocess, sys

how, word, *command = sys.argv[1:]
controller, terminal = pty.openpty()


def take_terminal():
    os.setsid()
    if how == 'signal':
        import fcntl, termios
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)


process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=take_terminal)
os.close(terminal)
seen = b''
while word.encode() not in seen:
    seen += os.read(controller, 4096)
os.close(controller)
print(process.wait(20))
