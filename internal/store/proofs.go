package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// mostProofs is how many codes for one address live at once: as many browsers may have asked.
const mostProofs = 20

// NewProof makes a code, six digits, and the secret of a link, to be mailed to the address; either proves it
// once, within ten minutes. The code is for the browser that asked, whose secret has this hash: it replaces
// what that asked for earlier, and nobody else's wrong tries count against it. The link is for any
// browser. Of an address only the latest twenty live. ErrBanned: the user of the address is.
func (s *Store) NewProof(ctx context.Context, email string, asker []byte) (code, link string, expires time.Time, err error) {
	code, err = newCode()
	if err != nil {
		return "", "", time.Time{}, fmt.Errorf("store: new proof: %w", err)
	}
	link = rand.Text()
	expires, err = write(ctx, s, "new proof", func(ctx context.Context, tx *sql.Tx) (time.Time, error) {
		now := s.now()
		h, err := holderOf(ctx, tx, email, now)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return time.Time{}, err
		}
		if h.Banned.After(now) {
			return time.Time{}, banned(h.Banned, now)
		}
		expires := moment(now.Add(codeLife).UnixMicro())
		return expires, insertProof(ctx, tx, email, code, asker, hashSecret(link), expires, now)
	})
	if err != nil {
		return "", "", time.Time{}, err
	}
	return code, link, expires, nil
}

func insertProof(ctx context.Context, tx *sql.Tx, email, code string, asker, link []byte, expires, now time.Time) error {
	of := hex.EncodeToString(asker)
	_, err := tx.ExecContext(ctx, `DELETE FROM proofs WHERE expires <= $1 OR asker = $2`, now.UnixMicro(), of)
	if err != nil {
		return fmt.Errorf("drop dead proofs: %w", err)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM proofs WHERE asker IN (
		SELECT asker FROM proofs WHERE email = $1 ORDER BY expires DESC, asker LIMIT 1000 OFFSET $2)`, email, mostProofs-1)
	if err != nil {
		return fmt.Errorf("drop older proofs: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO proofs (asker, email, hash, link, tries, expires) VALUES ($1, $2, $3, $4, 0, $5)`,
		of, email, hashCode(email, code), hex.EncodeToString(link), expires.UnixMicro())
	if err != nil {
		return fmt.Errorf("insert a proof: %w", err)
	}
	return nil
}

// Prove proves the address of the user of a session by a code that was mailed to it, and returns the user and
// the sessions that ended by it, as Claim does. ErrWrongCode; ErrNotFound: no such session.
func (s *Store) Prove(ctx context.Context, sessionID, code string, asker []byte) (u User, ended []string, err error) {
	type answer struct {
		user    User
		ended   []string
		refused error // stored all the same: a wrong code counts
	}
	a, err := write(ctx, s, "prove an address", func(ctx context.Context, tx *sql.Tx) (a answer, err error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return a, err
		}
		sessions, err := selectSessions(ctx, tx, `s.id = $1`, sessionID)
		if err != nil {
			return a, err
		}
		if len(sessions) == 0 {
			return a, ErrNotFound
		}
		a.user = sessions[0].User
		right, err := useProof(ctx, tx, a.user.Email, code, asker, now)
		switch {
		case err != nil:
			return a, err
		case !right:
			a.refused = fmt.Errorf("store: prove an address: %w", ErrWrongCode)
			return a, nil
		case !a.user.Verified:
			a.ended, err = verify(ctx, tx, s.entry, &a.user, sessions[0], now)
		}
		return a, err
	})
	if err == nil {
		err = a.refused
	}
	return a.user, a.ended, err
}

// verify notes that a user has proven their address in the browser of this session, or in none of theirs yet.
// Whoever typed it first may have been somebody else: only the sessions that came from this one stay, and what
// the others have handed out ends with them.
func verify(ctx context.Context, tx *sql.Tx, e Entry, u *User, by Session, now time.Time) (ended []string, err error) {
	u.Verified = true
	if _, err := tx.ExecContext(ctx, `UPDATE users SET verified = 1 WHERE id = $1`, u.ID); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if !by.typed {
		if err := dropInvitations(ctx, tx, u.ID); err != nil {
			return nil, err
		}
		if ended, err = endSessions(ctx, tx, u.ID, by.ID); err != nil {
			return nil, err
		}
	}
	return ended, crown(ctx, tx, e, u, false, now)
}

// useProof says whether code is the one mailed to the address for this asker, and not dead. A right one is
// used up, any other counts as a try.
func useProof(ctx context.Context, tx *sql.Tx, email, code string, asker []byte, now time.Time) (right bool, err error) {
	var k keptCode
	err = tx.QueryRowContext(ctx, `UPDATE proofs SET tries = tries + 1 WHERE asker = $1 AND email = $2 RETURNING hash, tries, expires`,
		hex.EncodeToString(asker), email).Scan(&k.hash, &k.tries, &k.expires)
	right, err = k.opens(hashCode(email, code), now, err)
	if err != nil || !right {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM proofs WHERE asker = $1`, hex.EncodeToString(asker))
	return true, err
}

// LinkedTo is what a link would do whose secret has this hash: the address that it proves or whose device it
// adds, and who holds that, nil for nobody. ErrNotFound: it is dead.
func (s *Store) LinkedTo(ctx context.Context, link []byte) (email string, of *User, err error) {
	now := s.now()
	email, _, err = linkedTo(ctx, s.engine.read, link, now)
	if err != nil {
		return "", nil, fmt.Errorf("store: link: %w", err)
	}
	h, err := holderOf(ctx, s.engine.read, email, now)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !h.held:
		return email, nil, nil
	case err != nil:
		return "", nil, fmt.Errorf("store: link: %w", err)
	}
	return email, &h.User, nil
}

// linkedTo is the address that a link is for, and whether it proves it. ErrNotFound: it is dead.
func linkedTo(ctx context.Context, q querier, link []byte, now time.Time) (email string, proves bool, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT email, 1 FROM proofs WHERE link = $1 AND expires > $2
		UNION ALL
		SELECT u.email, 0 FROM codes c JOIN users u ON u.id = c.user_id WHERE c.link = $1 AND c.expires > $2 AND u.email IS NOT NULL`,
		hex.EncodeToString(link), now.UnixMicro()).Scan(&email, &proves)
	return email, proves, found(err)
}
