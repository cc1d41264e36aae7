// The peer of the benchmark: Aliyun's own SDK for Go doing what the shell does, on the same server.
//
//	peer <endpoint> <bucket> upload <file> <key> | download <key> | list <prefix> <expected> | upload-all <folder> <prefix>
package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// Requests at once: as many as curl is given.
const lanes = 16

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 4 {
		return fmt.Errorf("arguments are missing")
	}
	config := oss.LoadDefaultConfig().
		WithCredentialsProvider(credentials.NewEnvironmentVariableCredentialsProvider()).
		WithRegion("cn-hangzhou").WithEndpoint(args[0]).WithUsePathStyle(true)
	client, bucket, rest := oss.NewClient(config), args[1], args[3:]
	switch args[2] {
	case "upload":
		return upload(client, bucket, rest[0], rest[1])
	case "download":
		return download(client, bucket, rest[0])
	case "list":
		return list(client, bucket, rest[0], rest[1])
	case "upload-all":
		return uploadAll(client, bucket, rest[0], rest[1])
	}
	return fmt.Errorf("unknown word %s", args[2])
}

func upload(client *oss.Client, bucket, file, key string) error {
	_, err := client.NewUploader().UploadFile(context.Background(), &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(key)}, file)
	return err
}

func download(client *oss.Client, bucket, key string) error {
	result, err := client.GetObject(context.Background(), &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(key)})
	if err != nil {
		return err
	}
	defer result.Body.Close()
	_, err = io.Copy(io.Discard, result.Body)
	return err
}

func list(client *oss.Client, bucket, prefix, expected string) error {
	pages := client.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: oss.Ptr(bucket), Prefix: oss.Ptr(prefix), MaxKeys: 1000})
	count := 0
	for pages.HasNext() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			return err
		}
		count += len(page.Contents)
	}
	if strconv.Itoa(count) != expected {
		return fmt.Errorf("%d keys instead of %s", count, expected)
	}
	return nil
}

func uploadAll(client *oss.Client, bucket, folder, prefix string) error {
	files := make(chan string)
	failures := make(chan error, lanes)
	var group sync.WaitGroup
	for lane := 0; lane < lanes; lane++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for file := range files {
				relative, _ := filepath.Rel(folder, file)
				request := &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + relative)}
				if _, err := client.PutObjectFromFile(context.Background(), request, file); err != nil {
					failures <- err
					return
				}
			}
		}()
	}
	walked := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		select {
		case files <- path:
			return nil
		case err := <-failures:
			return err
		}
	})
	close(files)
	group.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return walked
	}
}
