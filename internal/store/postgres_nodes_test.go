package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

// A node is a store beside others on one database.
type node struct {
	*store.Store
	url   string
	mu    sync.Mutex
	heard []message.Message
}

func newNode(t *testing.T, url string, now func() time.Time) *node {
	n := &node{url: url}
	var err error
	n.Store, err = store.Open(t.Context(), store.Options{
		Now: now, Dir: t.TempDir(), Database: url, Connections: 8, Log: slog.New(slog.DiscardHandler),
		Published: func(_ string, heard []message.Message) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.heard = append(n.heard, heard...)
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, n.Close()) })
	return n
}

// cluster is three nodes, which start at once on an empty database.
func cluster(t *testing.T) (nodes [3]*node) {
	url := postgrestest.New(t)
	var wg sync.WaitGroup
	for i := range nodes {
		wg.Go(func() { nodes[i] = newNode(t, url, nil) })
	}
	wg.Wait()
	return nodes
}

func (n *node) guest(t *testing.T, name string) message.User {
	u, err := n.Guest(t.Context(), name+"@example.org", name, "")
	require.NoError(t, err)
	return u.Public()
}

func (n *node) say(room string, who message.User, ref string) (message.Message, bool, error) {
	return n.Post(context.Background(), store.Draft{Room: room, Author: who, Ref: ref, Content: ref})
}

// inOrder is what all nodes published of a room: each rev once, without holes.
func inOrder(t *testing.T, nodes [3]*node, room string) (said []message.Message) {
	byRev := map[int64]message.Message{}
	for _, n := range nodes {
		last := int64(0)
		for _, m := range n.heard {
			if m.Room != room {
				continue
			}
			rev := m.TextMessage.Rev
			require.Greater(t, rev, last, "in order on each node")
			last = rev
			_, twice := byRev[rev]
			require.False(t, twice, "rev %d is one node's", rev)
			byRev[rev] = m
		}
	}
	for rev := int64(1); rev <= int64(len(byRev)); rev++ {
		require.Contains(t, byRev, rev, "without holes")
		said = append(said, byRev[rev])
	}
	return said
}

// Everybody says and changes things on all nodes, in the same rooms, and says half of it again on another node.
func TestNodesSayThingsSideBySide(t *testing.T) {
	nodes := cluster(t)
	const people, each = 9, 40
	var crowd [people]message.User
	for i := range crowd {
		crowd[i] = nodes[i%3].guest(t, fmt.Sprint("guest", i))
	}
	rooms := []string{message.Lobby}
	for i := range 3 {
		var ids []string
		for _, u := range crowd[1:] {
			ids = append(ids, u.ID)
		}
		r, _, err := nodes[i].MakeRoom(t.Context(), crowd[0].ID, store.NewRoom{Kind: message.PrivateRoom, Name: fmt.Sprint("room ", i), Users: ids})
		require.NoError(t, err)
		rooms = append(rooms, r.ID)
	}
	ctx := context.Background()
	firsts := map[string]int{}
	answers := map[string]map[message.Message]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, who := range crowd {
		dice := rand.New(rand.NewPCG(6, uint64(i)))
		for k := range each {
			room, ref := rooms[dice.IntN(len(rooms))], fmt.Sprint(i, " says ", k)
			here, there := nodes[dice.IntN(3)], nodes[dice.IntN(3)]
			for _, n := range []*node{here, there} { // at once
				wg.Go(func() {
					m, repeated, err := n.say(room, who, ref)
					if !assert.NoError(t, err) {
						return
					}
					mu.Lock()
					defer mu.Unlock()
					if !repeated {
						firsts[ref]++
					}
					if answers[ref] == nil {
						answers[ref] = map[message.Message]bool{}
					}
					answers[ref][message.Message{Room: m.Room, Ref: fmt.Sprint(m.TextMessage.ID)}] = true
				})
			}
			n, id := nodes[dice.IntN(3)], 1+dice.Int64N(50)
			wg.Go(func() {
				_, err := n.React(ctx, who.ID, room, id, "👍", true)
				assert.True(t, err == nil || errors.Is(err, store.ErrNotFound), "%v", err)
				_, _, err = n.SetRead(ctx, who.ID, room, id)
				assert.NoError(t, err)
			})
		}
	}
	wg.Wait()
	require.Len(t, firsts, people*each)
	for ref, n := range firsts {
		require.Equal(t, 1, n, "%s is new once", ref)
		require.Len(t, answers[ref], 1, "and the same everywhere")
	}
	all := 0
	for _, room := range rooms {
		last := map[int64]message.Message{}
		for _, m := range inOrder(t, nodes, room) {
			last[m.TextMessage.ID] = m
		}
		all += len(last)
		log, err := nodes[2].Log(t.Context(), room, 0, 10000)
		require.NoError(t, err)
		require.Len(t, log, len(last))
		for _, m := range log {
			require.Equal(t, last[m.TextMessage.ID].TextMessage, m.TextMessage)
		}
	}
	assert.Equal(t, people*each, all)
}

// Of what there may be only one, or so many, there are no more on three nodes.
func TestNodesKeepLimits(t *testing.T) {
	nodes := cluster(t)
	ctx := context.Background()
	ann, ben := nodes[0].guest(t, "ann"), nodes[1].guest(t, "ben")
	eachNode := func(times int, do func(n *node, i int)) {
		var wg sync.WaitGroup
		for i := range times {
			wg.Go(func() { do(nodes[i%3], i) })
		}
		wg.Wait()
	}
	var mu sync.Mutex
	count := map[string]int{}
	add := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		count[what]++
	}

	eachNode(12, func(n *node, i int) {
		_, err := n.Claim(ctx, store.Claim{Email: "cleo@example.org", Name: "Cleo", TokenHash: []byte{byte(i)}})
		if assert.True(t, err == nil || errors.Is(err, store.ErrHeld), "%v", err) && err == nil {
			add("claims")
		}
	})
	eachNode(12, func(n *node, i int) {
		room, made, err := n.MakeRoom(ctx, ann.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{ben.ID}})
		assert.NoError(t, err)
		add("direct " + room.ID)
		if made {
			add("direct rooms")
		}
	})
	eachNode(102, func(n *node, i int) {
		_, _, err := n.MakeRoom(ctx, ann.ID, store.NewRoom{Kind: message.OpenRoom, Name: fmt.Sprint("room ", i)})
		if assert.True(t, err == nil || errors.Is(err, store.ErrTooMany), "%v", err) && err == nil {
			add("rooms")
		}
	})
	eachNode(6, func(n *node, i int) {
		_, _, err := n.MakeRoom(ctx, ben.ID, store.NewRoom{Kind: message.OpenRoom, Name: "One name"})
		if assert.True(t, err == nil || errors.Is(err, store.ErrTaken), "%v", err) && err == nil {
			add("names")
		}
	})
	assert.Equal(t, 1, count["claims"])
	assert.Equal(t, 1, count["direct rooms"])
	assert.Equal(t, 100, count["rooms"])
	assert.Equal(t, 1, count["names"])
	assert.Len(t, count, 5, "all were given the same direct room")
}

// A file is in one message, though its owner put it into several at once, on different nodes and in different rooms.
func TestNodesAttachFilesOnce(t *testing.T) {
	nodes := cluster(t)
	ann := nodes[0].guest(t, "ann")
	room, _, err := nodes[0].MakeRoom(t.Context(), ann.ID, store.NewRoom{Kind: message.PrivateRoom, Name: "Tea"})
	require.NoError(t, err)
	for i := range 30 {
		f := store.File{File: message.File{ID: store.NewFileID(), Name: "a.txt", Type: "text/plain"}, Hash: fmt.Sprint(i), Owner: ann.ID}
		require.NoError(t, nodes[0].AddFile(t.Context(), f))
		attached := make(chan bool, 3)
		for k, n := range nodes {
			go func() {
				_, _, err := n.Post(context.Background(), store.Draft{
					Room: []string{message.Lobby, room.ID, room.ID}[k], Author: ann, Content: "see", Files: []message.File{{ID: f.ID}},
				})
				var refused *message.Error
				assert.True(t, err == nil || errors.As(err, &refused), "%v", err)
				attached <- err == nil
			}()
		}
		n := 0
		for range nodes {
			if <-attached {
				n++
			}
		}
		require.Equal(t, 1, n)
	}
	inOrder(t, nodes, message.Lobby)
	inOrder(t, nodes, room.ID)
}

// Who is muted on one node says nothing more on another, from the moment in which that is answered.
func TestNodesMute(t *testing.T) {
	nodes := cluster(t)
	eve := nodes[0].guest(t, "eve")
	var wg sync.WaitGroup
	for _, n := range nodes {
		for range 4 {
			wg.Go(func() {
				for {
					if _, _, err := n.say(message.Lobby, eve, ""); err != nil {
						assert.ErrorIs(t, err, store.ErrMuted)
						return
					}
				}
			})
		}
	}
	require.Eventually(t, func() bool {
		rev, err := nodes[2].Rev(t.Context(), message.Lobby)
		return assert.NoError(t, err) && rev > 20
	}, waitLong, waitStep)
	_, err := nodes[1].Mute(t.Context(), store.Operator, eve.ID, inAnHour())
	require.NoError(t, err)
	muted, err := nodes[2].Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	wg.Wait()
	last, err := nodes[0].Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	assert.Equal(t, muted, last)
	inOrder(t, nodes, message.Lobby)
}

// In a slow room nobody says two things at once on two nodes, though the clock of one is a little behind.
func TestNodesAreSlow(t *testing.T) {
	url, now := postgrestest.New(t), time.Now()
	ahead := newNode(t, url, func() time.Time { return now.Add(5 * time.Millisecond) })
	behind := newNode(t, url, func() time.Time { return now })
	ann, ben := ahead.guest(t, "ann"), ahead.guest(t, "ben")
	room, _, err := ahead.MakeRoom(t.Context(), ann.ID, store.NewRoom{Kind: message.PrivateRoom, Name: "Tea", Users: []string{ben.ID}})
	require.NoError(t, err)
	ten := 10
	_, err = ahead.ChangeRoom(t.Context(), ann.ID, room.ID, store.RoomChange{Slow: &ten})
	require.NoError(t, err)
	_, _, err = ahead.say(room.ID, ben, "one")
	require.NoError(t, err)
	_, _, err = behind.say(room.ID, ben, "two")
	require.ErrorIs(t, err, store.ErrSlow)
	var refused *message.Error
	require.ErrorAs(t, err, &refused)
	assert.EqualValues(t, ten, refused.RetryAfter, "and nobody waits for longer than that")
}

// Nodes find each other in the database, until they leave or say nothing for a while.
func TestNodesAreKnown(t *testing.T) {
	url := postgrestest.New(t)
	a, b := newNode(t, url, nil), newNode(t, url, inAnHour) // whose clock does not matter
	others := func(n *node, self string) []string {
		names, err := n.Nodes(t.Context(), self)
		require.NoError(t, err)
		return names
	}
	assert.Empty(t, others(a, "a"))
	assert.Equal(t, []string{"a"}, others(b, "b"))
	assert.Equal(t, []string{"b"}, others(a, "a"))
	query(t, url, `UPDATE nodes SET seen = seen - INTERVAL '16 seconds' WHERE name = 'b'`)
	assert.Empty(t, others(a, "a"), "it has said nothing for a while")
	assert.Equal(t, []string{"a"}, others(b, "b"))
	assert.Equal(t, []string{"b"}, others(a, "a"), "it was only slow")
	require.NoError(t, b.LeaveNodes(t.Context(), "b"))
	assert.Empty(t, others(a, "a"))

	query(t, url, `INSERT INTO nodes (name, seen) VALUES ('old', now() - INTERVAL '25 hours'), ('late', now() - INTERVAL '23 hours')`)
	assert.Empty(t, others(a, "a"))
	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer db.Close(context.Background())
	var kept string
	require.NoError(t, db.QueryRow(t.Context(), `SELECT string_agg(name, ' ' ORDER BY name) FROM nodes`).Scan(&kept))
	assert.Equal(t, "a late", kept, "the names of those who do not come back go in time")
}
