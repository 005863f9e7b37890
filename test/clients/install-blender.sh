#!/bin/sh
# Installs Debian's Blender, and a screen for it, for the tests of its add-on: DRQUEUE_TEST_INSTALL=1 npm test -- test/clients/blender.test.ts
apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends blender xvfb
