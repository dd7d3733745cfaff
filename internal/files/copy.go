package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
)

// Copy brings contents from one Store into another, but those that are there, and reads every one of them there
// to see that it is what it should be. Nothing may use or sweep the other before they are somebody's. It returns
// those that are not in the first, or broken there. tell hears, after each, how many are done, and
// how many bytes they have.
func Copy(ctx context.Context, from, to Store, hashes []string, tell func(done int, bytes int64)) (lost []string, err error) {
	var bytes int64
	for i, hash := range hashes {
		size, err := arrived(ctx, to, hash)
		if errors.Is(err, ErrGone) {
			if err = carry(ctx, from, to, hash); err == nil {
				size, err = arrived(ctx, to, hash)
			}
		}
		switch {
		case errors.Is(err, errLost):
			lost = append(lost, hash)
		case err != nil:
			return nil, fmt.Errorf("files: copy %s: %w", hash, err)
		}
		bytes += size
		tell(i+1, bytes)
	}
	return lost, nil
}

// errLost is a content that is not what its name says, or nowhere.
var errLost = errors.New("files: lost or broken")

func carry(ctx context.Context, from, to Store, hash string) error {
	content, err := from.Open(ctx, hash)
	if errors.Is(err, ErrGone) {
		return errLost
	}
	if err != nil {
		return err
	}
	defer content.Close() // was only read
	b, release, err := to.Put(ctx, content, math.MaxInt64-1)
	if err != nil {
		return err
	}
	err = release()
	if b.Hash != hash {
		err = errors.Join(err, to.Delete(ctx, b.Hash))
		if err == nil {
			err = errLost
		}
	}
	return err
}

// arrived is how many bytes a content has that is as it should be. ErrGone: it is not there.
func arrived(ctx context.Context, s Store, hash string) (bytes int64, err error) {
	content, err := s.Open(ctx, hash)
	if err != nil {
		return 0, err
	}
	defer content.Close() // was only read
	sum := sha256.New()
	if bytes, err = io.Copy(sum, content); err != nil {
		return 0, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != hash {
		return 0, errors.New("it has arrived as something else")
	}
	return bytes, nil
}
