package postgrestest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	role = "gochatting"

	// The server listens below the ports that the system gives away by itself, so that its own is
	// still free when it comes back.
	firstPort, lastPort = 20000, 30000
	portTries           = 5

	// settings make a server for many small databases that a power cut may take.
	settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
shared_buffers = 64MB
fsync = off
full_page_writes = off
`

	// guard waits until the process that holds its input is gone, then ends the server, which hears
	// nothing while it is paused, and removes its folder.
	guard = `cat
pid=$(head -n 1 "$1/data/postmaster.pid") && kill -CONT "$pid" $(ps -e -o pid= -o ppid= | awk -v of="$pid" '$2 == of { print $1 }')
"$0" stop -D "$1/data" -m immediate
rm -rf "$1"`
)

// A server is PostgreSQL in a folder of its own.
type server struct {
	programs string // the folder of initdb and pg_ctl
	dir      string
	port     int
	password string
	as       *syscall.Credential // root must not run it
	life     io.Closer           // held by this process, watched by the guard
	guard    *exec.Cmd
}

// start makes a server and waits until it takes connections.
func start() (s *server, err error) {
	s = &server{password: rand.Text()}
	if s.programs, err = find(); err != nil {
		return nil, err
	}
	if s.as, err = nobodySpecial(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "gochatting-postgres-"); err != nil {
		return nil, err
	}
	if err = s.prepare(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, s.firstRun()
}

// prepare makes the files of an empty server, and sets the guard over them.
func (s *server) prepare() error {
	if s.as != nil {
		if err := os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return err
		}
	}
	passwordFile := filepath.Join(s.dir, "password")
	if err := os.WriteFile(passwordFile, []byte(s.password), 0o644); err != nil { // in a folder that is closed
		return err
	}
	if err := s.run("initdb", "-D", s.data(), "-U", role, "--pwfile", passwordFile, "-A", "scram-sha-256",
		"-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(settings)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	s.guard = s.command("sh", "-c", guard, filepath.Join(s.programs, "pg_ctl"), s.dir)
	s.guard.SysProcAttr.Setsid = true // what interrupts the tests must not end it
	if s.life, err = s.guard.StdinPipe(); err != nil {
		return err
	}
	return s.guard.Start()
}

// firstRun looks for a port that nobody has.
func (s *server) firstRun() (err error) {
	for range portTries {
		s.port = firstPort + mathrand.IntN(lastPort-firstPort)
		if err = s.begin(); err == nil {
			return nil
		}
	}
	s.remove()
	return err
}

func (s *server) begin() error {
	log := filepath.Join(s.dir, "log")
	err := s.run("pg_ctl", "start", "-D", s.data(), "-l", log, "-o", "-p "+strconv.Itoa(s.port))
	if err != nil {
		said, _ := os.ReadFile(log) // all that is known then is what pg_ctl said
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

// end stops it in one of pg_ctl's modes.
func (s *server) end(mode string) error { return s.run("pg_ctl", "stop", "-D", s.data(), "-m", mode) }

// remove lets the guard do its work.
func (s *server) remove() {
	_ = s.life.Close()
	_ = s.guard.Wait() // what could not be removed harms nobody
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) run(program string, args ...string) error {
	said, err := s.command(filepath.Join(s.programs, program), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, said)
	}
	return nil
}

// command is to run as who may run PostgreSQL, in a folder that they may look into.
func (s *server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

// nobodySpecial is another user than root, which PostgreSQL refuses to run as; nil is who we are.
func nobodySpecial() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(uidErr, gidErr)
}

// pids are those of the running server: the one that began the others, then these.
func (s *server) pids() (all []int, err error) {
	file, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(file), "\n")
	out, err := exec.Command("ps", "-e", "-o", "pid=", "-o", "ppid=").Output()
	if err != nil {
		return nil, err
	}
	postmaster, err := strconv.Atoi(first)
	all = append(all, postmaster)
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 2 && f[1] == first {
			pid, _ := strconv.Atoi(f[0]) // ps prints numbers
			all = append(all, pid)
		}
	}
	return all, err
}
