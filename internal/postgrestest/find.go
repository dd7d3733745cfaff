package postgrestest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// programsVariable names the folder of initdb and pg_ctl, where they are not found by themselves.
const programsVariable = "GOCHATTING_POSTGRES"

const patience = 30 * time.Second

var errMissing = errors.New("no PostgreSQL: install it (Debian: apt-get install postgresql), or name the folder of initdb and pg_ctl in " + programsVariable)

// need skips a test that cannot have PostgreSQL, unless it was promised to be there.
func need(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv(programsVariable) == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
}

// find gives the folder of PostgreSQL's programs: the one named, or that of PATH, or the newest where
// Debian puts them.
func find() (programs string, err error) {
	if named := os.Getenv(programsVariable); named != "" {
		return has(named)
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if programs, err = has(filepath.Dir(initdb)); err == nil {
			return programs, nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	newest := -1
	for _, dir := range found {
		version, err := strconv.Atoi(strings.Split(dir, "/")[4])
		if _, missing := has(dir); err == nil && missing == nil && version > newest {
			newest, programs = version, dir
		}
	}
	if programs == "" {
		return "", errMissing
	}
	return programs, nil
}

func has(programs string) (string, error) {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(programs, name)); err != nil {
			return "", errMissing
		}
	}
	return programs, nil
}

// contextOf lasts for one errand to the server, also while a test cleans up.
func contextOf(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(t.Context()), patience)
}
