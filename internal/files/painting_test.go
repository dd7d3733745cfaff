package files

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ann sends many pictures, and then Ben and Cem a few: each of them waits for one of Ann's at most.
func TestPicturesArePaintedByTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := painting{waiting: make(map[string][]chan struct{})}
		var order []string
		finish := make(chan struct{})
		send := func(person string) {
			go func() {
				done, err := p.wait(t.Context(), person)
				assert.NoError(t, err)
				order = append(order, person) // one at a time, as the race detector sees
				<-finish
				done()
			}()
			synctest.Wait()
		}
		for _, person := range strings.Fields("ann ann ann ann ben ben cem") {
			send(person)
		}
		for range 7 {
			finish <- struct{}{}
			synctest.Wait()
		}
		assert.Equal(t, strings.Fields("ann ben cem ann ben ann ann"), order)
		over(t, &p)
	})
}

// over sees that nothing is left of what waited.
func over(t testing.TB, p *painting) {
	assert.False(t, p.busy)
	assert.Zero(t, p.all)
	assert.Empty(t, p.people)
	assert.Empty(t, p.waiting)
}

// Whose turn it becomes in the moment in which they leave, does not keep it.
func TestATurnOfWhoLeavesGoesOn(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			p := painting{waiting: make(map[string][]chan struct{})}
			first, err := p.wait(t.Context(), "ann")
			require.NoError(t, err)
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				if done, err := p.wait(ctx, "ben"); err == nil {
					done()
				}
			}()
			synctest.Wait()
			first()
			leave()
			synctest.Wait()
			over(t, &p)
		})
	}
}

// There is an end to how many may wait, of one person and of all; the others of a person do not count.
func TestHostile20PicturesThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		p := painting{waiting: make(map[string][]chan struct{})}
		done, err := p.wait(ctx, "ann")
		require.NoError(t, err)
		wait := func(person string) {
			go func() {
				_, err := p.wait(ctx, person)
				assert.ErrorIs(t, err, context.Canceled)
			}()
			synctest.Wait()
		}
		for range mostWaiting {
			wait("ann")
		}
		_, err = p.wait(t.Context(), "ann")
		require.ErrorIs(t, err, ErrBusy)
		for i := mostWaiting; i < mostWaitingAll; i++ {
			wait(strings.Repeat("x", i))
		}
		_, err = p.wait(t.Context(), "ben")
		require.ErrorIs(t, err, ErrBusy)

		leave()
		synctest.Wait()
		done()
		done, err = p.wait(t.Context(), "ben")
		require.NoError(t, err, "those who left wait no more")
		done()
		over(t, &p)
	})
}

// Who is refused has sent something all the same; nothing of it is kept.
func TestAPictureTooManyIsNotKept(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	done, err := u.painting.wait(t.Context(), "ben")
	require.NoError(t, err)
	defer done()
	u.painting.all = mostWaitingAll
	_, err = u.Take(t.Context(), "ann", bytes.NewReader(asPNG(t, photo(30, 30))), 1<<20)
	require.ErrorIs(t, err, ErrBusy)
	assert.Empty(t, there(t, d.dir))
	take(t, u, []byte("just words"))
	u.painting.all = 0
}
