package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

// A ring is three nodes in which nobody may ever wait for others in a circle: that would keep all who write waiting
// for as long as PostgreSQL takes to notice. Here it looks soon, before anybody gives up.
type ring struct {
	url   string
	nodes [3]*node
	crowd [6]message.User
	rooms []string // in all of which all are
}

func newRing(t *testing.T, now func() time.Time) *ring {
	r := &ring{url: postgrestest.New(t)}
	query(t, r.url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''5ms''', current_database()); END $$`)
	for i := range r.nodes {
		r.nodes[i] = newNode(t, r.url, now)
	}
	var ids []string
	for i := range r.crowd {
		r.crowd[i] = r.nodes[i%3].guest(t, fmt.Sprint("guest", i))
		ids = append(ids, r.crowd[i].ID)
	}
	for i := range 4 {
		room, _, err := r.nodes[i%3].MakeRoom(t.Context(), ids[0], store.NewRoom{Kind: message.PrivateRoom, Name: fmt.Sprint("room ", i), Users: ids[1:]})
		require.NoError(t, err)
		r.rooms = append(r.rooms, room.ID)
	}
	slices.Sort(r.rooms) // as they are locked
	return r
}

// circles closes the nodes, and is how many circles PostgreSQL has noticed, which connections tell when they end.
func (r *ring) circles(t *testing.T) (n int) {
	for _, n := range r.nodes {
		require.NoError(t, n.Close())
	}
	db, err := sql.Open("pgx", r.url)
	require.NoError(t, err)
	defer db.Close()
	require.Eventually(t, func() bool {
		var open int
		err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gochatting'`).Scan(&open)
		return assert.NoError(t, err) && open == 0
	}, waitLong, waitStep)
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&n))
	return n
}

// Some speak in a slow room on one node while their read marks there move on another, where others speak.
func TestMarksAndSlowRoomsMakeNoCircle(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64
	began := time.Now()
	r := newRing(t, func() time.Time { return began.Add(time.Duration(seconds.Load()) * time.Second) })
	one, slow := 1, r.rooms[3]
	_, err := r.nodes[0].ChangeRoom(t.Context(), r.crowd[0].ID, slow, store.RoomChange{Slow: &one})
	require.NoError(t, err)
	for round := range 10 {
		_, _, err := r.nodes[0].say(slow, r.crowd[0], fmt.Sprint("to be read ", round))
		require.NoError(t, err)
		seconds.Add(2) // so that nobody speaks too soon
		r.cross(t, func(n *node, _ string, k int) {
			switch {
			case n == r.nodes[0] && k < 3:
				_, _, err := n.SetRead(context.Background(), r.crowd[1+k].ID, slow, int64(round+1))
				assert.NoError(t, err)
			case n == r.nodes[0] && k == 3:
				_, _, err := n.say(slow, r.crowd[5], fmt.Sprint(round, " here"))
				assert.NoError(t, err)
			case n == r.nodes[1] && k < 3:
				_, _, err := n.say(slow, r.crowd[1+k], fmt.Sprint(round, " ", k))
				assert.NoError(t, err)
			}
		})
	}
	assert.Zero(t, r.circles(t))
}

// The same is said on two nodes at once, in other rooms on each: what comes first on one comes last on the other.
func TestRefsMakeNoCircle(t *testing.T) {
	t.Parallel()
	r := newRing(t, nil)
	for round := range 10 {
		r.cross(t, func(n *node, room string, k int) {
			_, _, err := n.say(room, r.crowd[k%2], fmt.Sprint(round, " ", k))
			assert.NoError(t, err)
		})
	}
	assert.Zero(t, r.circles(t))
}

// The same files are put into messages on two nodes at once, in other rooms on each.
func TestFilesMakeNoCircle(t *testing.T) {
	t.Parallel()
	r := newRing(t, nil)
	ann := r.crowd[1]
	for round := range 10 {
		var files []message.File
		for k := range crossing {
			f := store.File{File: message.File{ID: store.NewFileID(), Name: "a.txt", Type: "text/plain"}, Hash: fmt.Sprint(round, " ", k), Owner: ann.ID}
			require.NoError(t, r.nodes[0].AddFile(t.Context(), f))
			files = append(files, f.File)
		}
		r.cross(t, func(n *node, room string, k int) {
			_, _, err := n.Post(context.Background(), store.Draft{Room: room, Author: ann, Content: "see", Files: files[k : k+1]})
			var refused *message.Error
			assert.True(t, err == nil || errors.As(err, &refused), "%v", err)
		})
	}
	assert.Zero(t, r.circles(t))
}

const crossing = 8

// cross has two nodes do the same things at once, one the first half of them in the first room and the others in the
// last, and the other the second half in a room between them and the others in the next. Nobody begins before all
// wait, so that what one node does is in one transaction, or two.
func (r *ring) cross(t *testing.T, do func(n *node, room string, k int)) {
	hold, err := pgx.Connect(t.Context(), r.url)
	require.NoError(t, err)
	defer hold.Close(context.Background())
	_, err = hold.Exec(t.Context(), `SELECT pg_advisory_lock($1)`, int64(turns))
	require.NoError(t, err)
	var brought, done sync.WaitGroup
	for i, n := range r.nodes[:2] {
		for k := range crossing {
			room := r.rooms[[2][2]int{{0, 3}, {2, 1}}[i][k/(crossing/2)]]
			brought.Add(1)
			done.Go(func() {
				brought.Done()
				do(n, room, k)
			})
		}
	}
	brought.Wait()
	require.Eventually(t, func() bool {
		var waiting int
		err := hold.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&waiting)
		return assert.NoError(t, err) && waiting == 2
	}, waitLong, waitStep)
	_, err = hold.Exec(t.Context(), `SELECT pg_advisory_unlock($1)`, int64(turns))
	require.NoError(t, err)
	done.Wait()
}

// turns is the lock for which those who write queue.
const turns = 0x676f63686174
