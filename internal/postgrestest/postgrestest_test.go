package postgrestest

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	var one string
	t.Run("which is empty and dropped", func(t *testing.T) {
		one = New(t)
		other := New(t)
		require.NoError(t, execute(t, one, `CREATE TABLE said (words TEXT)`))
		assert.NoError(t, execute(t, other, `CREATE TABLE said (words TEXT)`))
	})
	assert.ErrorContains(t, execute(t, one, `SELECT 1`), "does not exist")
}

// What was committed is there after every kind of end, at the same address.
func TestAServerComesBack(t *testing.T) {
	s := Start(t)
	require.NoError(t, execute(t, s.URL, `CREATE TABLE said (words TEXT)`))
	for name, end := range map[string]func(){"stopped": s.Stop, "killed": s.Kill} {
		end()
		require.Error(t, execute(t, s.URL, `SELECT 1`), name)
		s.Start()
		require.NoError(t, execute(t, s.URL, `INSERT INTO said VALUES ('here')`), name)
	}
}

func TestAPausedServerIsSilent(t *testing.T) {
	s := Start(t)
	db, err := pgx.Connect(t.Context(), s.URL)
	require.NoError(t, err)
	defer db.Close(t.Context())
	s.Pause()
	answered := make(chan error, 1)
	go func() {
		_, err := db.Exec(context.WithoutCancel(t.Context()), `SELECT 1`)
		answered <- err
	}()
	select {
	case err := <-answered:
		t.Fatal("a paused server answered: ", err)
	case <-time.After(200 * time.Millisecond):
	}
	s.Resume()
	require.NoError(t, <-answered)
}

// A test process that is killed leaves no server and no folder, even a paused one.
func TestNothingIsLeftOfAKilledProcess(t *testing.T) {
	if where := os.Getenv("POSTGRESTEST_REPORT"); where != "" {
		s := Start(t)
		s.Pause()
		require.NoError(t, os.WriteFile(where+".part", []byte(s.server.dir), 0o600))
		require.NoError(t, os.Rename(where+".part", where))
		select {} // until killed
	}
	_, err := find()
	need(t, err)
	where := t.TempDir() + "/dir"
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "POSTGRESTEST_REPORT="+where)
	require.NoError(t, cmd.Start())
	var dir []byte
	require.Eventually(t, func() bool {
		dir, err = os.ReadFile(where)
		return err == nil
	}, patience, 20*time.Millisecond)
	left := &server{dir: string(dir)}
	pids, err := left.pids()
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	assert.Eventually(t, func() bool {
		_, err := os.Stat(left.dir)
		return os.IsNotExist(err)
	}, patience, 20*time.Millisecond)
	assert.Eventually(t, func() bool { return syscall.Kill(pids[0], 0) == syscall.ESRCH }, patience, 20*time.Millisecond)
}

func execute(t *testing.T, url, sql string) error {
	ctx, cancel := contextOf(t)
	defer cancel()
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	_, err = db.Exec(ctx, sql)
	return err
}
