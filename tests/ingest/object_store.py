"""S3 on loopback for the tests of remote drives: moto, which keeps a bucket in memory."""

import hashlib
import os
import shutil
import sys
from urllib.parse import quote

import pytest
from server_process import PASSWORD, Server

from ingest.remote.source import Limits


class Moto(Server):
    """S3 in memory: what is written is lost with the process, so the proxy plays its death."""

    scheme = "s3"
    names_with_newline = False  # S3 has them; moto's routes don't
    enforces_rights = False
    refuses_password = False
    bucket = "handbook"
    many = 230
    page = 100  # moto is slow to fill; S3 itself hands out 1,000 at a time
    hasty = Limits(connect=3, reply=3)  # loading its models takes botocore a second

    def prepare(self):
        pytest.importorskip("moto.server", reason="moto is not installed")
        pytest.importorskip("s3fs", reason="s3fs is not installed")

    def command(self):
        return [
            sys.executable,
            "-c",
            "from moto.server import main; import sys; main(sys.argv[1:])",
            "-H",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]

    def environment(self):
        return os.environ | {"MOTO_S3_DEFAULT_MAX_KEYS": str(self.page)}

    def start(self):
        super().start()
        import boto3

        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        )
        self.client.create_bucket(Bucket=self.bucket)

    def kill(self):
        if self.proxy.refusing or self.process.poll() is not None:
            return
        self.proxy.refusing = True
        self.proxy.cut()

    def close(self):
        self.client.close()
        self.proxy.close()
        Server.kill(self)
        shutil.rmtree(self.home)

    def fresh(self, name):
        return name

    def write(self, path, content, mtime=0):
        body = content.encode() if isinstance(content, str) else content
        self.client.put_object(Bucket=self.bucket, Key=path, Body=body)

    def delete(self, path):
        self.client.delete_object(Bucket=self.bucket, Key=path)

    def rename(self, old, new):
        self.client.copy_object(Bucket=self.bucket, Key=new, CopySource={"Bucket": self.bucket, "Key": old})
        self.delete(old)

    def content(self, folder):
        found = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=folder + "/"
        ):
            for item in page.get("Contents", []):
                body = self.client.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read()
                found[item["Key"].removeprefix(folder + "/")] = hashlib.sha256(body).hexdigest()
        return found

    def place(self, folder=""):
        return f"s3://{self.bucket}/{quote(folder)}".rstrip("/")

    def secrets(self):
        return {
            "access_key": "test",
            "secret_key": PASSWORD,
            "endpoint": f"http://127.0.0.1:{self.proxy.port}",
        }
